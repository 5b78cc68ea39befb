"""Imagen of Google Cloud: asked by predict instead of generateContent, with masks for its edits."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from assistant.vision.headers import BadPicture, header
from assistant.vision.making import Made, Outcome, Wish
from assistant.vision.table import Model
from assistant.vision.undrawn import NotDrawn, held_back

if TYPE_CHECKING:
    from google.genai import Client, types

warnings.filterwarnings("ignore", message="The (generate_images|edit_image) method is deprecated")
"""google-genai 3.4 says at each call that these will go in 2027; its users need not read that."""

PARTS = {
    "foreground": "MASK_MODE_FOREGROUND",
    "background": "MASK_MODE_BACKGROUND",
    "things": "MASK_MODE_SEMANTIC",
}
MODES = {
    "": "EDIT_MODE_DEFAULT",
    "insert": "EDIT_MODE_INPAINT_INSERTION",
    "remove": "EDIT_MODE_INPAINT_REMOVAL",
    "extend": "EDIT_MODE_OUTPAINT",
    "background": "EDIT_MODE_BGSWAP",
}


async def make(client: Client, model: Model, wish: Wish) -> list[Outcome]:
    """New pictures, or changed ones, as many as the wish counts; each may have been held back.

    Raises:
        NotDrawn: there is none at all.
        APIError: the service refused; the caller knows what that means.
    """
    if wish.before is None:
        return _read(await _generated(client, model, wish))
    if not model.masks:
        raise NotDrawn("refused", f"{model.name} changes no pictures; imagen-3.0-capability-001 does.")
    return _read(await _edited(client, model, wish))


async def _generated(client: Client, model: Model, wish: Wish) -> types.GenerateImagesResponse:
    from google.genai import types

    config = types.GenerateImagesConfig(
        number_of_images=wish.count,
        aspect_ratio=wish.ratio,
        image_size=wish.size if len(model.sizes) > 1 else None,
        person_generation=types.PersonGeneration(wish.people) if wish.people else None,
        safety_filter_level=types.SafetyFilterLevel(wish.safety) if wish.safety else None,
        include_rai_reason=True,
    )
    made: types.GenerateImagesResponse = await client.aio.models.generate_images(
        model=model.name, prompt=wish.prompt, config=config
    )
    return made


async def _edited(client: Client, model: Model, wish: Wish) -> types.EditImageResponse:
    from google.genai import types

    assert wish.before is not None
    raw = types.Image(image_bytes=wish.before.data, mime_type=wish.before.mime)
    pieces: list[types.RawReferenceImage | types.MaskReferenceImage] = [
        types.RawReferenceImage(reference_id=1, reference_image=raw)
    ]
    if wish.mask or wish.part:
        own = types.Image(image_bytes=wish.mask, mime_type=header(wish.mask).mime) if wish.mask else None
        mode = "MASK_MODE_USER_PROVIDED" if wish.mask else PARTS[wish.part]
        config = types.MaskReferenceConfig(mask_mode=types.MaskReferenceMode(mode))
        pieces.append(types.MaskReferenceImage(reference_id=2, reference_image=own, config=config))
    told = types.EditImageConfig(
        edit_mode=types.EditMode(MODES[wish.mode]),
        number_of_images=wish.count,
        person_generation=types.PersonGeneration(wish.people) if wish.people else None,
        safety_filter_level=types.SafetyFilterLevel(wish.safety) if wish.safety else None,
        include_rai_reason=True,
    )
    made: types.EditImageResponse = await client.aio.models.edit_image(
        model=model.name, prompt=wish.prompt, reference_images=pieces, config=told
    )
    return made


def _read(response: types.GenerateImagesResponse | types.EditImageResponse) -> list[Outcome]:
    told = [each for each in map(_outcome, response.generated_images or ()) if each is not None]
    if not told:
        raise NotDrawn("blocked prompt")
    if all(isinstance(each, NotDrawn) for each in told):
        raise next(each for each in told if isinstance(each, NotDrawn))
    return told


def _outcome(one: types.GeneratedImage) -> Outcome | None:
    if one.image is not None and one.image.image_bytes:
        try:
            head = header(one.image.image_bytes)
        except BadPicture:
            return NotDrawn("garbled")
        return Made(one.image.image_bytes, head.mime, head.width, head.height, "", ())
    return held_back(one.rai_filtered_reason) if one.rai_filtered_reason else None
