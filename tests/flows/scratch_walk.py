from tests.flows.test_any_path import *
from tests.office import status_of, advance
from tasks.reclassify import reclassify
from tasks.review import review
from tasks.merge import merge
from tasks.verify import verify
from models.journal import Actor
from models.refusals import Refusal
from models.message import Message
from tests.office import HEAD
import os, pytest
del test_every_case_comes_to_an_end_at_which_everything_due_is_on_record

@pytest.mark.parametrize("seed", range(int(os.environ.get('A','0')), int(os.environ.get('B','30'))))
def test_ext(seed):
    chance = Chance(seed+1000); d=chance.dice
    day = date(2026, 1, 5) + timedelta(days=d.randint(0, 250))
    it_is(day.isoformat())
    channel = d.choice(CHANNELS)
    number = report(channel, phone=d.choice(["13800001234", "", "13800001234"]))
    log=[]
    try:
        k=0
        while not status_of(number).closed:
            log.append((status_of(number).name, open_steps(number)))
            with transaction() as session:
                case=session.scalars(select(Case).where(Case.number==number)).one()
                forced = any(m.message.channel.forces_superior for m in case.messages)
            if chance.happens(0.12):
                data={k2:v for k2,v in {"outcome":d.choice(["ACCEPT","ACCEPT","DIRECT","REJECT"]),"reason":"x","unit":d.choice(["U01","U02","U03"]),"co_units":d.choice([[],["U07"],["U08"]]),"problem_class":"SUPERIOR" if forced else d.choice(["GENERAL","COMMON","ANNUAL"]),"grade":d.choice(["DAILY","SUDDEN","EMERGENCY"])}.items() if d.random()<0.5 or k2=="reason"}
                try: reclassify(number, data=data, actor=Actor(code="OFF-02"), reason="改"); log.append(("RECLASSIFY",data))
                except Refusal as r: log.append(("reclassify refused",data,r.message))
                if d.random()<0.5: advance(number)
            if chance.happens(0.12):
                try: review(number, data={"poorly_handled":True,"dissatisfied":True,"opinion":"x"}, actor=Actor(code=HEAD)); log.append("REVIEW")
                except Refusal as r: log.append(("review refused",r.message))
                if d.random()<0.5: advance(number)
            if chance.happens(0.08):
                k+=1
                ch=d.choice(CHANNELS)
                report(ch, number=f"M-{k}", text=f"{k}"*30)
                with transaction() as session:
                    m=session.scalars(select(Message.id).where(Message.source_number==f"M-{k}")).one()
                try: merge(m, into=number, actor=Actor(code="OFF-02"), reason="同一事项"); log.append(("MERGE",ch))
                except Refusal as r: log.append(("merge refused",ch,r.message))
                if d.random()<0.5: advance(number)
            if not open_steps(number): advance(number)
            if status_of(number).closed: break
            try:
                day = walk_on(number, chance, day, forced)
            except Refusal as r:
                log.append(("answer refused", type(r).__name__, r.message))
                if type(r).__name__=="IllegalMove": raise
                chance.acts+=1
                advance(number)
            if len(log)>400: raise AssertionError("endless")
        v=verify()
        assert v.ok, v.broken
        check_the_end(number)
    except BaseException:
        for l in log[-25:]: print(l)
        raise
