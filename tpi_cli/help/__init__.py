"""The pages of `tpi help TOPIC`."""
