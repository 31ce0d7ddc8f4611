"""Which goals serve which: proposed, agreed, drawn as a tree, and asked again when one of them changes."""
