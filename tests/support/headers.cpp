// Carries the precompiled headers of the tests and does nothing else.
int main() { }
