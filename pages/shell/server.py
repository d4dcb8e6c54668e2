"""The server around the script: cures for its framework, Plotly's file, predictions and digits without a rerun."""

import asyncio
import gzip
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

# Streamlit imports pandas when first needed; Plotly, in another visitor's thread, then meets it half imported.
import pandas  # type: ignore[import-untyped]  # noqa: F401
from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from engine import compiled
from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.tensors.batches import Chunks
from pages.shell import session, streamlit_seam
from pages.shell.first_paint import FirstPaint
from pages.shell.guard import Guard
from pages.shell.signpost import Signpost
from viz.components import assets, payload

MAX_DRAWING_BYTES, LARGE_DRAWING_BYTES = 400_000, 40_000
"""The most a drawing may be; from where on it waits in a lane of its own, so that usual ones overtake it."""
BODY_SECONDS, MOST_WAITING = 15, 16
_usual, _large = CapacityLimiter(4), CapacityLimiter(1)
"""How many drawings of each lane are read at once."""
_large_ones: set[int] = set()
"""Requests with large drawings that are read or wait."""
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For addresses that name the version of what they offer: browsers may keep it."""
_cutting = threading.Lock()
_chunks: list[tuple[Digits, Chunks]] = []


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Before the first visitor: cure sockets and links, begin loading the data, compile the prediction."""
    del app
    streamlit_seam.send_small_frames_at_once()
    streamlit_seam.leave_pages_to_navigation()
    compiled.keep()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield


def _warm_up() -> None:
    session.warm_up()
    streamlit_seam.spare_the_collector()


async def plotly_script(request: Request) -> Response:
    """plotly.min.js from the installed package; the address holds the version, so browsers may keep it."""
    del request
    return FileResponse(assets.PLOTLY_FILE, media_type="text/javascript", headers=KEEP)


async def component_module(request: Request) -> Response:
    """A script or style of a component, for good; 404 for another path, or for what an earlier server offered."""
    asset = assets.assets().get(request.path_params["path"])
    if asset is None or request.path_params["version"] != assets.version():
        return Response(status_code=404)
    return compressible(request, asset.compressed, asset.media_type)


def compressible(request: Request, compressed: bytes, media_type: str) -> Response:
    """An answer that a browser may keep for good, as gzip where it takes that."""
    headers = KEEP | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(compressed, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(compressed), media_type=media_type, headers=headers)


async def component_data(request: Request) -> Response:
    """Data of a picture under the name of their content, for good; 404 once they are dropped."""
    content = payload.shelf.take(request.path_params["name"])
    if content is None:
        return JSONResponse({"error": "This picture's data are gone. Reload the page."}, 404)
    return Response(content, media_type="application/octet-stream", headers=KEEP)


async def component_parts(request: Request) -> Response:
    """Scripts and style of a component, for the page a reader takes away; 404 if there is none of this name."""
    parts = assets.parts(request.path_params["name"])
    return JSONResponse(parts, headers={"Cache-Control": "no-cache"}) if parts else Response(status_code=404)


def digit_chunks(digits: Digits) -> Chunks:
    """The training digits in parts for the browser; one copy serves all sessions."""
    with _cutting:
        if not _chunks or _chunks[0][0] is not digits:
            _chunks[:] = [(digits, Chunks(digits.train_images, digits.train_labels))]
        return _chunks[0][1]


async def digit_chunk(request: Request) -> Response:
    """One part of the training digits in use, images then labels as raw bytes; 404 for another part or version."""
    return await run_in_threadpool(_digit_chunk, request)


def _digit_chunk(request: Request) -> Response:
    digits = session.loader().poll().digits
    chunks = digits and digit_chunks(digits)
    try:
        if chunks is None or request.path_params["version"] != chunks.version:
            raise InvalidInput("These digits are not in use any more. Reload the page.")
        compressed = chunks.packed(request.path_params["chunk"])
    except InvalidInput as error:
        return JSONResponse({"error": str(error)}, 404)
    return compressible(request, compressed, "application/octet-stream")


async def predict(request: Request) -> Response:
    """A drawing as JSON in, everything the drawing board shows as JSON out; 422 with a sentence if it cannot be."""
    try:
        body = await asyncio.wait_for(_limited_body(request), BODY_SECONDS)
    except TimeoutError:
        return JSONResponse({"error": "The drawing came too slowly. Draw on to send it again."}, 408)
    if body is None:
        return JSONResponse({"error": "This drawing is too long to send. Clear it and draw again."}, 413)
    large = len(body) > LARGE_DRAWING_BYTES
    # Counted here: the limiter counts only those who have come as far as waiting for it.
    if large and len(_large_ones) > MOST_WAITING:
        return JSONResponse({"error": "Many large drawings wait to be read. Try again in a moment."}, 503)
    if large:
        _large_ones.add(id(request))
    try:
        seen = await to_thread.run_sync(session.predict, json.loads(body), limiter=_large if large else _usual)
        return JSONResponse(seen)
    except InvalidInput as error:
        return JSONResponse({"error": str(error)}, 422)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return JSONResponse({"error": "This is not a drawing."}, 400)
    finally:
        _large_ones.discard(id(request))


async def _limited_body(request: Request) -> bytes | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_DRAWING_BYTES:
            return None
    return body


MIDDLEWARE = [Middleware(Guard), Middleware(Signpost), Middleware(FirstPaint)]
ROUTES = [
    Route(assets.PREFIX + "/plotly-{version}.min.js", plotly_script),
    Route(assets.PREFIX + "/modules/{version}/{path:path}", component_module),
    Route(assets.PREFIX + "/parts/{name}.json", component_parts),
    Route(assets.PREFIX + "/data/{name}", component_data),
    Route(assets.PREFIX + "/predict", predict, methods=["POST"]),
    Route(assets.PREFIX + "/digits/{version}/{chunk:int}", digit_chunk),
]
