"""What the two doors share on the web: app assembly, templates, assets, forms, fragments, language."""
