"""What Prefect is told of the flows: deployments in Chinese, and schedules that really make runs."""

from tests.running import RunningSystem, until

DEPLOYMENTS = [
    "三清单自查/campaign",
    "今日要情/morning",
    "办理总览/overview",
    "台账报表/ledgers",
    "定期报告/half-yearly",
    "定期报告/monthly",
    "定期报告/weekly",
    "定期报告/yearly",
    "时限巡查/deadlines",
    "来件登记/intake",
    "每日封存/seal",
    "问题办理/case",
]


def deployments(system: RunningSystem) -> list[str]:
    """Return flow and deployment of all that is deployed."""
    with system.database("prefect") as connection:
        rows = connection.execute(
            "SELECT f.name || '/' || d.name FROM deployment d JOIN flow f ON f.id = d.flow_id ORDER BY f.name"
        )
        return sorted(name for (name,) in rows)


def scheduled(system: RunningSystem) -> list[str]:
    """Return the flows of which a schedule has made runs that lie ahead."""
    with system.database("prefect") as connection:
        rows = connection.execute(
            "SELECT DISTINCT f.name FROM flow_run r JOIN flow f ON f.id = r.flow_id"
            " WHERE r.auto_scheduled AND r.next_scheduled_start_time > now()"
        )
        return sorted(name for (name,) in rows)


def test_every_flow_is_deployed_and_the_regular_ones_lie_ahead(system: RunningSystem) -> None:
    assert deployments(system) == DEPLOYMENTS
    regular = ["三清单自查", "今日要情", "办理总览", "台账报表", "定期报告", "时限巡查", "每日封存"]
    until(lambda: scheduled(system) == regular, within=120)


def test_times_are_those_of_the_office(system: RunningSystem) -> None:
    with system.database("prefect") as connection:
        rows = connection.execute("SELECT schedule ->> 'cron', schedule ->> 'timezone' FROM deployment_schedule")
        assert sorted(rows.fetchall()) == [
            ("*/10 * * * *", "Asia/Shanghai"),
            ("*/15 * * * *", "Asia/Shanghai"),
            ("0 8 * * 1", "Asia/Shanghai"),
            ("0 9 1 6,12 *", "Asia/Shanghai"),
            ("10 0 * * *", "Asia/Shanghai"),
            ("10 8 1 1,7 *", "Asia/Shanghai"),
            ("15 8 1 1 *", "Asia/Shanghai"),
            ("20 8 * * 1", "Asia/Shanghai"),
            ("30 7 * * *", "Asia/Shanghai"),
            ("5 8 1 * *", "Asia/Shanghai"),
        ]


def test_to_register_again_changes_nothing(system: RunningSystem) -> None:
    system.run("-m", "deployments.schedules")
    assert deployments(system) == DEPLOYMENTS
    test_times_are_those_of_the_office(system)
