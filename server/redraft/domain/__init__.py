"""The domain: sessions over a root, knowing nothing of protocols, terminals or configuration."""
