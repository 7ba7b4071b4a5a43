"""Charts, drawn as PNG cards with their words. Nothing here imports matplotlib before the first chart is drawn."""
