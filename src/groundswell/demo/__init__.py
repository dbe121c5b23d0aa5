"""The whole river on real images with a simulated crowd: what `groundswell demo` runs and `bench.loop` measures."""
