"""How a made-up street is drawn: shapes, rasteriser, backdrop, weather, and the frame put together from them."""
