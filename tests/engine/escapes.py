"""Texts that try to get out of FEEL, or never come to an end."""

PYTHON = [
    "__import__('os').system('touch {mark}')",
    "open('{mark}', 'w').write('x')",
    "().__class__.__base__.__subclasses__()",
    "exec(\"open('{mark}','w')\")",
    "[x for x in [open('{mark}','w')]]",
    "${{execution.setVariable('x', 1)}}",
    "#{{runtime.exec('touch {mark}')}}",
]

SCRIPT = [
    "this.constructor.constructor('return process')()",
    "globalThis.process",
    '(function(a) a).constructor("return 1")()',
    'import("fs")',
]

RUNAWAY = ["for i in 1..100000000 return i", "(" * 1500 + "1" + ")" * 1500]
