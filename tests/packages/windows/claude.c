/* Instead of claude.exe: says what it was given, and ends with 7. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i)
        printf("[%s]", argv[i]);
    printf(" %s %s %s\n", getenv("ANTHROPIC_BASE_URL"), getenv("ANTHROPIC_MODEL"), getenv("ODD"));
    return 7;
}
