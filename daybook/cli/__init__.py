"""The command line: each module holds the commands of one subject; none of them knows more of Daybook than its REST API."""
