"""What expressions are, and whatever has to be known for it.

- `values`, `arguments`: the answers, as data.
- `syntax`, `scopes`, `flow`, `walk`, `members`, `mappings`: what a tree says by itself.
- `evaluate`: what an expression is. It asks `names`, `imports`, `objects` (attributes; `lineage`:
  the bases of classes), `constructions` (what objects were made with), `elsewhere` (who may have
  changed them), `invoke` (calls; `standard`: of the standard library), `annotations` (types),
  `containers` (`alterations`: what is done to them), `conditions` and `narrowing` (how tests come
  out, and what they tell of a name); these ask each other.
- `touches`: what is done to a dict or list under its names, and by those that it is handed to.
- `frames`: what a function was given, for one caller or for all that give the same.
- `forwarding`, `handing`, `surroundings`: functions that hand on what they get, senders that are
  handed over, bounds around a call (`timers`: what bounds, as data).
- `project`: the modules of a project. `files/` says where they are and what their texts tell,
  `interest/` which of their statements can matter, `importers` what hangs on their imports.
"""
