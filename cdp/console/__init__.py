"""Pages for people: server-rendered, without scripts or anything from outside."""
