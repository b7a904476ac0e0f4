"""What Daybook is measured beside."""
