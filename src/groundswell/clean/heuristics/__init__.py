"""Rules that tell good documents from bad ones by what they are made of, each constant with its paper."""
