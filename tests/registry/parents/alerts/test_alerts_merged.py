"""A saved need for a commune that merges is for the one in which it lives on, and says so."""

from tests.registry.parents.alerts.conftest import FULL_WEEK, World


def test_a_need_follows_its_commune(world: World) -> None:
    """Rezé stands for the commune that merged: the need was saved under a code that is retired now."""
    offer = world.assistant("Nadia B.", commune="44143", postcode="44400", home=(47.19, -1.549))
    before = world.assistant("Libre D.", *FULL_WEEK, commune="44143", postcode="44400", home=(47.191, -1.55))
    world.follow()
    world.live({"ou": "Rezé", "lieu": "commune:44143", "rayon": "0", "jour": ["lun"], "debut": "09:00", "fin": "12:00"})
    (title,) = world.sql("select title from alert")[0]
    world.sql("insert into retired_commune (code, current_code) values ('44999', '44143')")
    world.sql(
        "update alert set territory = array['commune:44109', 'commune:44999'],"
        ' parameters = parameters || \'{"commune": ["44109", "44999"]}\'::jsonb'
    )
    try:
        world.nightly()
        assert world.sql("select territory, parameters -> 'commune', title from alert") == [
            (["commune:44109", "commune:44143"], ["44109", "44143"], f"{title} (aujourd’hui Rezé)")
        ]
        world.follow()
        assert world.told() == [], "what was free before is no news"
        world.free(offer)
        world.follow()
        (body,) = world.told()
        assert "Nadia B." in body
        assert "aujourd’hui Rezé" in body
        assert before not in body
        world.nightly()
        assert world.sql("select title from alert") == [(f"{title} (aujourd’hui Rezé)",)], "once"
    finally:
        world.sql("delete from retired_commune where code = '44999'")
