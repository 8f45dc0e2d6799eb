"""What a boutique decides about its own files, and what is assumed before it has."""

from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.importers.domain.choices import FileRules, ImportChoices, check_choices, usual_choices
from shops.importers.store import choices as kept


async def choices_of(shop_id: PartyId) -> ImportChoices:
    """The boutique's decisions; before any, what is usual in its country."""
    return await kept.choices(shop_id) or usual_choices((await boutiques.boutique(shop_id)).profile.country)


async def save_choices(shop_id: PartyId, choices: ImportChoices) -> None:
    """Keep the boutique's decisions. Raises RecordInvalidError."""
    check_choices(choices)
    await boutiques.lock(shop_id)
    await kept.save(shop_id, choices)


async def rules_of(shop_id: PartyId, *, plates: bool = False) -> FileRules:
    """What this boutique's files are read by."""
    view = await boutiques.boutique(shop_id)
    locations = tuple(await boutiques.locations(shop_id))
    choices = await kept.choices(shop_id) or usual_choices(view.profile.country)
    return FileRules(currency=view.profile.currency, locations=locations, choices=choices, plates=plates)
