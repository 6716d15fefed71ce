"""The beginning of a sandbox: nobody, or the people of the seed."""

from bot.sandbox.journal import Journal
from bot.sandbox.rates import Rates
from bot.sandbox.seed import plant
from bot.sandbox.world import World, new_state


def begin_anew(world: World) -> None:
    """Forget everything but the update numbers, which never go back, and the clock."""
    world.state = new_state(world.options.username)
    world.updates.waiting.clear()
    world.faults.planned.clear()
    world.forget_queries()
    world.journal = Journal(world.clock)
    world.rates = Rates(world.clock, world.options.rates)
    if world.options.seed:
        plant(world)
