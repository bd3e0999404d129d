"""The words that cases are found by, and the slips of those words.

Revision: 0021. What is there already is filled in afterwards, by `services.search.words`: variables are packed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "case_words",
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name="pk_case_words"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_case_words_instance_id"),
    )
    op.create_index("ix_case_words_event_id", "case_words", ["event_id"])
    op.create_table(
        "word_slip",
        sa.Column("slip", sa.String(40), nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("slip", "word", name="pk_word_slip"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_in_sqlite()
    else:
        _index_in_postgresql()


def _index_in_sqlite() -> None:
    op.execute("DROP TABLE IF EXISTS case_words_index")
    op.execute("DROP TABLE IF EXISTS word_slip_index")
    op.execute(
        "CREATE VIRTUAL TABLE case_words_index USING fts5(body, content='case_words',"
        " content_rowid='instance_id', tokenize='ascii', detail=none, columnsize=0)"
    )
    op.execute(
        "CREATE VIRTUAL TABLE word_slip_index USING fts5(word, tokenize='trigram case_sensitive 1',"
        " detail=none, columnsize=0)"
    )
    add = "INSERT INTO case_words_index (rowid, body) VALUES (new.instance_id, new.body);"
    drop = (
        "INSERT INTO case_words_index (case_words_index, rowid, body)"
        " VALUES ('delete', old.instance_id, old.body);"
    )
    for name, when, done in (
        ("case_words_added", "INSERT", add),
        ("case_words_changed", "UPDATE", drop + " " + add),
        ("case_words_removed", "DELETE", drop),
    ):
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON case_words BEGIN {done} END")
    op.execute(
        "CREATE TRIGGER word_added AFTER INSERT ON word_slip WHEN new.slip = new.word"
        " BEGIN INSERT INTO word_slip_index (word) VALUES (new.word); END"
    )


def _index_in_postgresql() -> None:
    op.execute(
        "CREATE INDEX ix_case_words_found ON case_words"
        " USING gin (array_to_tsvector(string_to_array(body, ' ')))"
    )
    op.execute(
        "CREATE INDEX ix_word_slip_parts ON word_slip USING gin (alur_trigrams(word)) WHERE slip = word"
    )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE case_words_index")
        op.execute("DROP TABLE word_slip_index")
    op.drop_table("word_slip")
    op.drop_table("case_words")
