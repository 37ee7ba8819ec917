"""From rasters to sprites: color histogram, k-means, mapping to a palette, dithering."""
