/* Instead of wsl.exe: writes down what it was asked, and answers for `dragoman env`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char** argv)
{
    const char* wsl_arguments[8] = { 0 };
    int first = argc > 2 && strcmp(argv[1], "-d") == 0 ? 3 : 1;
    for (int i = first; i < argc && i - first < 8; ++i)
        wsl_arguments[i - first] = argv[i];
    const char* command = wsl_arguments[3] ? wsl_arguments[3] : "";
    const char* model = wsl_arguments[5] ? wsl_arguments[5] : "the usual";
    int hold = strstr(command, " hold") != NULL;
    int env = strstr(command, " env cmd") != NULL;
    char path[600];
    snprintf(path, sizeof path, "%s\\%s.txt", getenv("FAKE_FOLDER"), hold ? "hold" : env ? "env" : "run");
    FILE* out = fopen(path, "w");
    for (int i = 1; i < argc; ++i)
        fprintf(out, "[%s]\n", argv[i]);
    fprintf(out, "WSLENV=%s\n", getenv("WSLENV") ? getenv("WSLENV") : "");
    fclose(out);
    if (env && getenv("FAKE_FAILURE"))
        return 3;
    if (env)
        printf("set \"ANTHROPIC_BASE_URL=http://127.0.0.1:1\"\r\nset \"ANTHROPIC_MODEL=%s\"\r\n"
               "set \"ODD=100%%%% a&b\"\r\n", model);
    return hold || env ? 0 : 9;
}
