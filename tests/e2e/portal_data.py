"""A tenant's life for the portal's tests: people who sign up, sign in and change things, and what goes wrong with some of them."""

import datetime
import random

FACTORS = ["sms", "sms", "sms", "whatsapp", "totp", "totp", "passkey", "email"]
PURPOSES = ["login", "login", "login", "admin_action", "step_up", "signup"]
ACTIONS = {"login": "sign in", "admin_action": "delete workspace", "step_up": "export users", "signup": "send first invoice"}
COUNTRIES = ["DE", "DE", "FR", "US", "GB", "NL"]


def moment(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def challenge(number, tenant, begin, chance, person=None):
    """The events of one challenge: sent, delivered or not, and how it ended; now and then one that broke a rule."""
    who = person if person is not None else chance.randrange(40)
    factor, purpose = chance.choice(FACTORS), chance.choice(PURPOSES)
    base = {"tenant": tenant, "actor": {"id": f"user-{who}", "email": f"user{who}@mail.example", "phone": f"+1415555{1000 + who}",
                                        "name": f"Person {who}", "role": "owner" if who % 9 == 0 else "member"},
            "device": {"fingerprint": f"device-{who}-{chance.randrange(2)}", "ip": f"203.0.113.{who}", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
                       "country": chance.choice(COUNTRIES), "asn": 64500 + who % 7, "new": chance.random() < 0.1},
            "action": {"name": ACTIONS[purpose], "resource": f"workspace/{who % 5}", "context": "web"}, "session": {"id": f"session-{number}"}}
    told = {"id": f"challenge-{tenant}-{number}", "purpose": purpose, "factor": factor, "provider": "twilio" if factor in ("sms", "whatsapp") else "internal", "attempt": 1}

    def event(kind, after, **more):
        at = begin + datetime.timedelta(seconds=after)
        return {"id": f"{tenant}-{number}-{kind}", "time": moment(at), "type": f"challenge.{kind}", **base,
                "challenge": {**told, "expires_at": moment(begin + datetime.timedelta(seconds=300))}, **more}

    out = [event("sent", 0, cost={"amount": "0.0075", "currency": "USD"} if factor in ("sms", "whatsapp") else {"amount": "0", "currency": "USD"})]
    fate = chance.random()
    if factor in ("sms", "whatsapp", "email"):
        if fate < 0.04:
            return [*out, event("undelivered", 6, outcome={"reason": "unreachable"})]
        out.append(event("delivered", 2.5))
    if fate < 0.12:
        out.append(event("failed", 14, outcome={"reason": "wrong_code", "risk": 35}))
    if fate < 0.16:
        return [*out, event("expired", 301)]
    # One in a hundred is accepted after it has expired, which controls have to find.
    out.append(event("verified", 330 if fate > 0.99 else 20 + 10 * fate, outcome={"risk": round(20 * fate)}))
    return out


def life(tenant, challenges, end, days=28, seed=7):
    """Events of so many challenges, spread evenly over the days before `end`, by time."""
    chance = random.Random(seed)
    step = datetime.timedelta(days=days) / challenges
    out = []
    for number in range(challenges):
        out += challenge(number, tenant, end - datetime.timedelta(days=days, minutes=10) + number * step, chance)
    return out
