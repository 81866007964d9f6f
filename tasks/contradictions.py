"""What the ledger's tables must say by its journal: one query for each, which finds where they say something else.

The queries compare in the database and as text, so that whatever somebody has put there can be read.
"""

from dataclasses import dataclass

from models.journal import GENESIS, MESSAGES, RECORDS, case_of_record

RECORD_TITLES = {
    "signature": "签字背书",
    "filing": "备案",
    "double_check": "一案双查",
    "accountability_decision": "问责决定",
    "feedback": "反馈",
    "call_back": "回访",
    "case_subject": "被反映人",
    "document": "发文登记",
    "document_void": "发文作废",
    "published_list": "三张清单",
    "self_report": "自查报告",
    "self_report_sent_back": "自查报告退回",
    "self_report_signature": "自查报告签字",
    "self_report_reception": "自查报告收讫",
    "self_found_problem": "自查问题",
    "self_found_problem_decision": "自查问题确认",
    "matter_ruling": "普遍性问题认定",
    "opinion_bulletin": "舆情快报",
    "bulletin_item": "舆情快报条目",
    "joint_meeting": "联席会议纪要",
    "meeting_action": "联席会议议定事项",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something that must hold. query: selects the case's id and the place where it does not; why: what is wrong."""

    query: str
    why: str


# The entry of each answer beside the answer; its data is hashed by who reads this.
ANSWERS = """
SELECT coalesce(a.case_id, e.case_id) AS case_id, coalesce(a.step, e.step) AS step, a.data::text AS data,
       e.detail ->> 'sha256' AS sha256,
       (a.case_id, a.step, a.officer_code, a.os_user, a.via::text, a.answered_at)
       IS NOT DISTINCT FROM (e.case_id, e.step, e.actor, e.os_user, e.via::text, e.at) AS agree
FROM (SELECT answer.*, s.case_id, s.step FROM answer JOIN assignment s ON s.id = assignment_id) a
FULL JOIN (SELECT * FROM journal WHERE what = 'answer') e ON e.detail ->> 'answer' = a.id::text
ORDER BY case_id, a.id
"""

_HEADS = f"""
SELECT nullif(id, 0), '日志末条'
FROM (SELECT id, length, head FROM "case" UNION ALL SELECT 0, length, head FROM office_chain) chain
FULL JOIN (
    SELECT DISTINCT ON (case_id) coalesce(case_id, 0) AS id, position, hash FROM journal
    ORDER BY case_id, position DESC
) last USING (id)
WHERE (length, head) IS DISTINCT FROM (coalesce(position, 0), coalesce(hash, '{GENESIS}'))
"""

_CASES = """
SELECT coalesce(c.id, e.case_id), '立案'
FROM "case" c FULL JOIN (SELECT * FROM journal WHERE what = 'register') e ON e.case_id = c.id
WHERE (c.number, c.opened_at, c.linked_from::text)
      IS DISTINCT FROM (e.detail ->> 'case', e.at, e.detail ->> 'linked_from')
   OR c.number <> '洪治庸〔' || c.year || '〕' || c.sequence || '号'
"""

_MESSAGES = f"""
SELECT e.case_id, '来件' || coalesce(m.id::text, e.detail ->> 'message', '')
FROM ({MESSAGES}) m
FULL JOIN (SELECT * FROM journal WHERE what = 'register') e ON e.detail ->> 'message' = m.id::text
WHERE (m.sha256, m.consent::text) IS DISTINCT FROM (e.detail ->> 'sha256', e.detail ->> 'consent')
"""

_CASE_OF_A_MESSAGE = """
SELECT coalesce(k.case_id, e.case_id), '来件' || coalesce(k.message_id::text, e.message, '')
FROM case_message k
FULL JOIN (
    SELECT DISTINCT ON (j.detail ->> 'message') j.detail ->> 'message' AS message, j.case_id, j.at, j.actor
    FROM journal j JOIN "case" c ON c.id = j.case_id
    WHERE j.what = 'register' OR j.what = 'merge' AND j.detail ->> 'into' = c.number
    ORDER BY j.detail ->> 'message', j.id DESC
) e ON e.message = k.message_id::text
WHERE (k.case_id, k.joined_at, k.joined_by) IS DISTINCT FROM (e.case_id, e.at, e.actor)
"""

_ATTACHMENTS = """
SELECT e.case_id, '来件' || coalesce(a.message_id::text, e.detail ->> 'message', '') || '附件'
FROM attachment a
FULL JOIN (SELECT * FROM journal WHERE what = 'attach') e
       ON e.detail ->> 'message' = a.message_id::text AND e.detail ->> 'sha256' = a.sha256
WHERE a.attached_at IS DISTINCT FROM e.at
"""

_ANNULMENTS = """
SELECT coalesce(n.case_id, e.case_id), coalesce(n.step, e.step)
FROM (
    SELECT annulment.*, s.case_id, s.step
    FROM annulment JOIN answer a ON a.id = answer_id JOIN assignment s ON s.id = a.assignment_id
) n
FULL JOIN (SELECT * FROM journal WHERE what = 'annul') e ON e.detail ->> 'answer' = n.answer_id::text
WHERE (n.case_id, n.step, n.annulled_by, n.annulled_at, n.reason)
      IS DISTINCT FROM (e.case_id, e.step, e.actor, e.at, e.detail ->> 'reason')
"""

# Python writes an instant's fraction of a second only where it has one.
_ASSIGNMENTS = """
SELECT case_id, step
FROM assignment s
FULL JOIN (
    SELECT case_id, step,
           min(detail ->> 'role') FILTER (WHERE what = 'open') AS role,
           min(detail ->> 'unit') FILTER (WHERE what = 'open') AS unit,
           (array_agg(detail #>> '{new,owner}' ORDER BY position DESC)
            FILTER (WHERE what IN ('transfer', 'delegate', 'repair')))[1] AS owner,
           min(at) FILTER (WHERE what = 'open') AS opened,
           max(at) FILTER (WHERE what = 'answer') AS answered,
           max(at) FILTER (WHERE what = 'withdraw') AS withdrawn,
           (array_agg(coalesce(detail ->> 'new', detail ->> 'due_at') ORDER BY position DESC)
            FILTER (WHERE what IN ('open', 'due')))[1] AS due
    FROM journal
    WHERE what IN ('open', 'transfer', 'delegate', 'due', 'answer', 'withdraw')
       OR what = 'repair' AND detail ->> 'way' = 'reassign'
    GROUP BY case_id, step
) e USING (case_id, step)
WHERE (s.role::text, s.unit_code, s.owner_code, s.opened_at, s.answered_at, s.withdrawn_at,
       to_char(s.due_at AT TIME ZONE 'UTC',
               CASE WHEN s.due_at = date_trunc('second', s.due_at) THEN 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'
                    ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"' END))
      IS DISTINCT FROM (e.role, e.unit, e.owner, e.opened, e.answered, e.withdrawn, e.due)
"""

# A case is closed by whoever merged it, or by the last who approved that it be written off or not handled.
_STATUS = """
SELECT c.id, '案件状态'
FROM "case" c
LEFT JOIN (
    SELECT DISTINCT ON (case_id) case_id, detail ->> 'from' AS here, detail ->> 'to' AS there,
           detail ->> 'to' IN ('WRITTEN_OFF', 'REJECTED', 'TRANSFERRED', 'MERGED') AS closes,
           at, actor, detail ->> 'why' AS why
    FROM journal WHERE what = 'move' ORDER BY case_id, position DESC
) m ON m.case_id = c.id
LEFT JOIN LATERAL (
    SELECT a.officer_code
    FROM answer a JOIN assignment s ON s.id = a.assignment_id
    WHERE m.closes AND s.case_id = c.id AND NOT EXISTS (SELECT FROM annulment n WHERE n.answer_id = a.id)
      AND s.kind = CASE m.there WHEN 'WRITTEN_OFF' THEN 'write-off-approval' ELSE 'closing-approval' END
    ORDER BY a.id DESC LIMIT 1
) approval ON m.there <> 'MERGED'
WHERE (c.status::text, c.previous_status::text) IS DISTINCT FROM (coalesce(m.there, 'REGISTERED'), m.here)
   OR (c.closed_at, c.closed_by, c.closing_reason)
      IS DISTINCT FROM (CASE WHEN m.closes THEN m.at END,
                        CASE m.there WHEN 'MERGED' THEN m.actor ELSE approval.officer_code END,
                        CASE WHEN m.closes THEN m.why END)
   OR m.there = 'MERGED' AND NOT EXISTS (
          SELECT FROM "case" t WHERE t.id = c.merged_into AND starts_with(m.why, '并入' || t.number || '：')
      )
"""

# What the last ruling said that took the report up: annulled or not, for its successor may have taken nothing up.
_RULING = """
SELECT c.id, '分类'
FROM "case" c
LEFT JOIN (
    SELECT DISTINCT ON (s.case_id) s.case_id, a.data
    FROM answer a JOIN assignment s ON s.id = a.assignment_id
    WHERE s.kind = 'classification' AND a.data ->> 'outcome' IN ('ACCEPT', 'DIRECT')
    ORDER BY s.case_id, a.id DESC
) r ON r.case_id = c.id
LEFT JOIN (
    SELECT DISTINCT ON (case_id) case_id, detail ->> 'round' AS round
    FROM journal WHERE what = 'another-round' ORDER BY case_id, position DESC
) again ON again.case_id = c.id
WHERE (c.problem_class::text, c.grade::text, c.kind::text, c.route::text, c.unit_code, c.co_units, c.summary,
       c.handled_directly)
      IS DISTINCT FROM (r.data ->> 'problem_class', r.data ->> 'grade', r.data ->> 'kind', r.data ->> 'route',
                        r.data ->> 'unit', coalesce(r.data -> 'co_units', '[]'), coalesce(r.data ->> 'summary', ''),
                        coalesce(r.data ->> 'outcome' = 'DIRECT', false))
   OR c.round::text <> coalesce(again.round, '1')
"""

_EXTENSIONS = """
SELECT coalesce(x.case_id, e.case_id), coalesce(x.step, e.step)
FROM (SELECT extension.*, s.step FROM extension JOIN assignment s ON s.id = assignment_id) x
FULL JOIN (
    SELECT asked.*, decided.detail ->> 'agreed' AS agreed
    FROM journal asked LEFT JOIN journal decided
         ON decided.what = 'extension' AND decided.case_id = asked.case_id
        AND decided.detail ->> 'item' = asked.detail ->> 'item'
    WHERE asked.what = 'extend'
) e ON e.case_id = x.case_id AND e.detail ->> 'item' = x.item::text
WHERE (x.step, x.days::text, x.reason, x.asked_by, x.asked_at, x.agreed::text)
      IS DISTINCT FROM (e.step, e.detail ->> 'days', e.detail ->> 'reason', e.actor, e.at, e.agreed)
"""

_SUPERVISIONS = """
SELECT coalesce(v.case_id, e.case_id), coalesce(v.number, e.detail ->> 'number')
FROM supervision v
FULL JOIN (
    SELECT given.*, lifted.at AS lifted_at
    FROM journal given LEFT JOIN journal lifted
         ON lifted.what = 'supervision-lifted' AND lifted.detail ->> 'number' = given.detail ->> 'number'
    WHERE given.what = 'supervise'
) e ON e.detail ->> 'number' = v.number
WHERE (v.case_id, v.basis::text, v.instruction, v.leader, v.every::text, v.begun_at, v.begun_by, v.ended_at)
      IS DISTINCT FROM (e.case_id, e.detail ->> 'basis', e.detail ->> 'instruction', e.detail ->> 'leader',
                        e.detail ->> 'every', e.at, e.actor, e.lifted_at)
"""

# A case rests from its move to 挂起 until its next move.
_SUSPENSIONS = """
SELECT case_id, '第' || nth || '次挂起'
FROM (SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY id) AS nth FROM suspension) s
FULL JOIN (
    SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY position) AS nth
    FROM (
        SELECT case_id, position, at, actor, detail, lead(at) OVER moves AS woken_at, lead(actor) OVER moves AS woken_by
        FROM journal WHERE what = 'move' WINDOW moves AS (PARTITION BY case_id ORDER BY position)
    ) m WHERE detail ->> 'to' = 'SUSPENDED'
) e USING (case_id, nth)
WHERE (s.suspended_at, s.suspended_by, s.reason, s.woken_at, s.woken_by)
      IS DISTINCT FROM (e.at, e.actor, e.detail ->> 'why', e.woken_at, e.woken_by)
"""

_KEPT = "\nUNION ALL ".join(
    f"SELECT {case_of_record(table)}, '{table}', {digest} FROM {table} r" for table, digest in RECORDS.items()
)
_RECORDS = f"""
WITH titled (kind, title) AS (VALUES {", ".join(f"('{table}', '{RECORD_TITLES[table]}')" for table in RECORDS)}),
kept (case_id, kind, hash) AS ({_KEPT}),
written AS (
    SELECT e.case_id, kind, jsonb_path_query(e.detail -> kind, 'lax $[*]') #>> '{{}}'
    FROM journal e CROSS JOIN titled WHERE e.what = 'record'
)
SELECT DISTINCT case_id, title
FROM ((TABLE kept EXCEPT TABLE written) UNION ALL (TABLE written EXCEPT TABLE kept)) different JOIN titled USING (kind)
"""

_CAMPAIGNS = """
SELECT NULL::bigint, '自查' || coalesce(c.period, e.detail ->> 'campaign', '')
FROM campaign c FULL JOIN (SELECT * FROM journal WHERE what = 'campaign-open') e ON e.detail ->> 'campaign' = c.period
WHERE (c.opened_at, c.opened_by) IS DISTINCT FROM (e.at, e.actor)
"""

_DUTIES = """
SELECT NULL::bigint, '自查待办' || coalesce(d.id::text, e.detail ->> 'duty', '')
FROM (SELECT * FROM campaign_duty WHERE answered_at IS NOT NULL AND data IS NOT NULL) d
FULL JOIN (SELECT * FROM journal WHERE what = 'campaign-answer') e ON e.detail ->> 'duty' = d.id::text
WHERE (d.answered_at, d.answered_by, d.step::text) IS DISTINCT FROM (e.at, e.actor, e.step)
"""

CHECKS = (
    Check(query=_HEADS, why="末尾缺少记录或被改动"),
    Check(query=_CASES, why="案件编号、立案时间或由来与日志不符"),
    Check(query=_MESSAGES, why="来件内容或来件人与登记时不符"),
    Check(query=_CASE_OF_A_MESSAGE, why="来件所属案件与日志不符"),
    Check(query=_ATTACHMENTS, why="附件与日志不符"),
    Check(query=_ASSIGNMENTS, why="待办的状态、责任人或时限与日志不符"),
    Check(query=_ANNULMENTS, why="意见作废与日志不符"),
    Check(query=_STATUS, why="状态或办结情况与日志不符"),
    Check(query=_RULING, why="类别、等级、责任单位或办理轮次与分类意见不符"),
    Check(query=_EXTENSIONS, why="延期与日志不符"),
    Check(query=_SUPERVISIONS, why="督办与日志不符"),
    Check(query=_SUSPENSIONS, why="挂起与日志不符"),
    Check(query=_CAMPAIGNS, why="自查的启动与日志不符"),
    Check(query=_DUTIES, why="自查待办的办理与日志不符"),
    Check(query=_RECORDS, why="被改动、缺失或未经办理形成"),
)
