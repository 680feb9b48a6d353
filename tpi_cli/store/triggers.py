"""Triggers that let the log and the history only grow. Their words are checked by `tpi verify`."""

_GROWS = """
CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.entry <> (SELECT COALESCE(MAX(entry), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END
"""
_NO_CHANGE = """
CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END
"""
_NO_REMOVAL = """
CREATE TRIGGER audit_whole BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END
"""
_HISTORY_ONCE = """
CREATE TRIGGER history_next BEFORE INSERT ON history
WHEN EXISTS (SELECT 1 FROM history WHERE record = NEW.record AND key = NEW.key AND entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'a version is kept once'); END
"""
_HISTORY_WHOLE = """
CREATE TRIGGER history_whole BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'no version is removed'); END
"""
# erasing takes the words and the salt of an erased patient's versions, and leaves their hash
_HISTORY_KEPT = """
CREATE TRIGGER history_kept BEFORE UPDATE ON history
WHEN NEW.content IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.leaf IS NULL OR OLD.leaf IS NOT NULL
  OR NEW.record <> OLD.record OR NEW.key <> OLD.key OR NEW.entry <> OLD.entry OR NEW.ended_by <> OLD.ended_by
  OR NEW.clinic_id <> OLD.clinic_id
BEGIN SELECT RAISE(ABORT, 'no version is changed'); END
"""

TRIGGERS = {
    text.split()[2]: text.strip()
    for text in (_GROWS, _NO_CHANGE, _NO_REMOVAL, _HISTORY_ONCE, _HISTORY_WHOLE, _HISTORY_KEPT)
}
"""Their texts by name."""


def statements() -> list[str]:
    """What makes them anew, one by one."""
    return [*(f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS), *TRIGGERS.values()]
