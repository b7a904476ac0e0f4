"""Questions about the Rust book, each with the chapter that answers it; and some that no chapter does."""

ANSWERED = (
    ("How do I start a new project and build it with Cargo?", "ch01"),
    ("Which integer types are there, and what happens when one overflows?", "ch03"),
    ("Why can I no longer use a variable after assigning its String to another one?", "ch04"),
    ("How many mutable references to the same data may there be at a time?", "ch04"),
    ("How do I update only some fields of a struct and take the rest from another instance?", "ch05"),
    ("How do I handle just one variant of an enum without writing out a whole match?", "ch06"),
    ("How do I bring a name into scope so that I need not write its full path?", "ch07"),
    ("How do I insert a value into a hash map only if its key is not there yet?", "ch08"),
    ("Why can't I get a single character of a string by its index?", "ch08"),
    ("What does the question mark operator do when it meets an error?", "ch09"),
    ("How do I say that a generic function takes any type with a certain trait?", "ch10"),
    ("What do lifetime annotations tell the borrow checker?", "ch10"),
    ("How do I write a test for code that has to panic?", "ch11"),
    ("How does the example program read the file that it searches?", "ch12"),
    ("How do closures capture what is around them?", "ch13"),
    ("What must I do before I can publish a crate on crates.io?", "ch14"),
    ("When do several parts of a program own the same value, and what is Rc for?", "ch15"),
    ("How do I share a counter between threads with a mutex?", "ch16"),
    ("What does await do with a future?", "ch17"),
    ("What may unsafe code do that safe code may not?", "ch20"),
)
UNANSWERED = (
    "How do I bake sourdough bread?",
    "Who won the football world cup in 1998?",
    "Which pills help against hay fever?",
    "When does the museum in Oslo open on Sundays?",
    "How do I renew a passport in Spain?",
    "What did our customers say about the invoice layout?",
    "How do I configure a Kubernetes ingress?",
    "What is the salary of a nurse?",
)
# What only an assistant that knows meanings can tell from a question.
SMALL_TALK = ("hi", "thanks!", "Hello, how are you?", "tell me more", "ok", "yes please", "Can you help me?", "Tell me a joke")
