from groundswell.store.migrate import Migration, own_migrations


def test_our_migrations_come_in_the_order_of_their_numbers() -> None:
    names = [migration.name for migration in own_migrations()]
    assert names == sorted(names)
    assert names[0] == "0001_foundation.sql"


def test_the_checksum_tells_a_changed_text_and_not_a_changed_name() -> None:
    assert Migration("0001_a.sql", "select 1").checksum == Migration("0002_b.sql", "select 1").checksum
    assert Migration("0001_a.sql", "select 1").checksum != Migration("0001_a.sql", "select 2").checksum
