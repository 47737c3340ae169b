"""The contours that every map of the site draws under its offers, as GeoJSON. They change once a year."""

import gzip

from fastapi import APIRouter, Request
from fastapi.responses import Response

from search_api import contours
from search_api.http.responses import kept_tag
from search_api.http.wrappers import accepts_gzip
from search_api.parameters import Bbox, Parameters, Zoom, read
from web.core import costs
from web.core.budget import pay
from web.core.site import Site

GEOJSON = "application/geo+json"

router = APIRouter(include_in_schema=False)


class BaseMapParameters(Parameters):
    """`GET /fond-de-carte`."""

    bbox: Bbox
    zoom: Zoom


@router.get("/fond-de-carte")
async def base_map(request: Request) -> Response:
    """The contours in view. Raises ParameterError, EngineUnavailable."""
    site: Site = request.app.state.site
    view = read(BaseMapParameters, dict(request.query_params))
    if not contours.is_at_hand(site.engine, view.bbox, view.zoom) and (
        refused := pay(request, costs.of_making(view.bbox, view.zoom))
    ):
        return refused
    gzipped, tag = await contours.in_view(site.engine, view.bbox, view.zoom)
    # A weak tag: compressed or not it is the same.
    headers = {"Cache-Control": "public, max-age=86400", "ETag": f'W/"{tag}"'}
    if kept_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    body = gzipped
    if accepts_gzip(request.scope):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    else:
        body = gzip.decompress(gzipped)
    return pay(request, costs.of_sending(len(body))) or Response(body, headers=headers, media_type=GEOJSON)
