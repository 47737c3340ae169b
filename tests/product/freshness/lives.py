"""Random lives of offers, for properties."""

from datetime import date

from hypothesis import strategies as st

from tests.product.freshness.rule import Life

DAYS = st.dates(date(2021, 6, 1), date(2029, 12, 31))


@st.composite
def lives(draw: st.DrawFn, days: st.SearchStrategy[date] = DAYS) -> Life:
    """A word or none, employed or not, and up to three periods one after the other."""
    cuts: list[date | None] = [*sorted(draw(st.sets(days, max_size=6)))]
    cuts += [None] * (len(cuts) % 2)
    periods = [(first, last) for first, last in zip(cuts[::2], cuts[1::2], strict=True) if first]
    kind = draw(st.sampled_from(["assistant_maternel", "assistant_maternel", "assistant_maternel", "eaje", "rpe"]))
    minds_at_home = kind == "assistant_maternel"
    return Life(
        kind,
        minds_at_home and draw(st.booleans()),
        draw(st.none() | days),
        tuple(periods) if minds_at_home else (),
    )
