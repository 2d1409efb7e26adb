"""Messages of the framework: configs, options, profiles."""
