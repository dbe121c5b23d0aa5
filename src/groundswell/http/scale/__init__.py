"""Scale AI's public API over our services, so that its official clients work unchanged; no logic of its own."""
