"""Why a boutique's pictures are missing, in words for the operator."""

from collections.abc import Mapping

from federation.vocabulary.wording import message
from marketplace.media.domain.reasons import Kind

REASONS: Mapping[Kind, str] = {
    "other-picture": message("It is another picture than its record says: what its server sent has a different hash."),
    "not-shown": message(
        "What its server sent is no picture that we show: JPEG, PNG, WebP or AVIF, whole and in bounds."
    ),
    "address": message("Its address may not be asked: only public https addresses are."),
    "not-sent": message("The boutique’s server did not send it."),
}
