@echo off
rem Claude Code of Windows (claude.exe) on a dragoman in WSL:
rem   dragoman-claude [MODEL] [CLAUDE ARGUMENTS...]
rem The first argument is a model unless it begins with `-`; the others are Claude Code's. A dragoman that
rem serves already is used; otherwise one runs until Claude Code ends. See docs/windows.md.
rem   DRAGOMAN_WSL    how WSL is reached, such as `wsl.exe -d Debian`; `wsl.exe` unless set
setlocal disabledelayedexpansion
if not defined DRAGOMAN_WSL set "DRAGOMAN_WSL=wsl.exe"

rem Quotes around arguments protect what is special to cmd, so that no others may be put around them here.
set arguments=%*
set "first=%~1"
set "model="
if not defined first goto held
if "%first:~0,1%" == "-" goto held
set model="%first%"
call :without_first %1

:held
rem Two files of this user: one is there as long as WSL and dragoman are needed, the other hands over addresses
rem and a token, and is gone at once.
set "name=%TEMP%\dragoman-%RANDOM%%RANDOM%"
set "DRAGOMAN_HOLD=%name%.hold"
set "WSLENV=DRAGOMAN_HOLD/p:DRAGOMAN_HELPER/p:%WSLENV%"
set "DRAGOMAN_HELPER=%~dp0dragoman-wsl.sh"
> "%DRAGOMAN_HOLD%" echo held
if not exist "%DRAGOMAN_HOLD%" exit /b 1
start "" /b %DRAGOMAN_WSL% -e bash -lc "IFS=; exec bash $DRAGOMAN_HELPER hold" < nul > nul 2>&1
%DRAGOMAN_WSL% -e bash -lc "set -f; IFS=; exec bash $DRAGOMAN_HELPER env cmd $@" dragoman %model% > "%name%.cmd"
if errorlevel 1 (
    set "code=1"
    goto ended
)
call "%name%.cmd"
del "%name%.cmd"

set "claude="
for %%E in (claude.exe claude.cmd) do if not defined claude set "claude=%%~$PATH:E"
if not defined claude if exist "%USERPROFILE%\.local\bin\claude.exe" set "claude=%USERPROFILE%\.local\bin\claude.exe"
if not defined claude (
    1>&2 echo dragoman-claude: claude.exe is not to be found; install Claude Code, or use `dragoman code` in WSL
    set "code=1"
    goto ended
)
call :claude
set "code=%errorlevel%"

:ended
del "%name%.cmd" "%DRAGOMAN_HOLD%" > nul 2>&1
exit /b %code%

rem Takes the first argument off the line, and leaves the rest of it as it was typed.
:without_first
setlocal enabledelayedexpansion
set rest=!arguments:*%1=!
if not defined rest (
    endlocal
    set "arguments="
    exit /b 0
)
for /f "delims=" %%R in ("!rest!") do (
    endlocal
    set arguments=%%R
)
exit /b 0

rem Delayed expansion hands the line on without looking at it again, but would also be on in the claude.cmd of npm.
rem That one ends this subroutine by itself, with its exit code.
:claude
if /i not "%claude:~-4%" == ".exe" goto claude_of_npm
setlocal enabledelayedexpansion
"!claude!" !arguments!
exit /b %errorlevel%
:claude_of_npm
"%claude%" %arguments%
