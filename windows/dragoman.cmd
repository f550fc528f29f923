@echo off
rem dragoman in WSL, as a command of Windows: `dragoman code MODEL`, `dragoman doctor`, everything. The folder
rem stays the same, what follows is handed on as it is, and the exit code comes back. See docs/windows.md.
rem   DRAGOMAN_WSL    how WSL is reached, such as `wsl.exe -d Debian`; `wsl.exe` unless set
setlocal disabledelayedexpansion
if not defined DRAGOMAN_WSL set "DRAGOMAN_WSL=wsl.exe"
%DRAGOMAN_WSL% -e bash -lc "PATH=$PATH:$HOME/.local/bin; set -f; IFS=; eval exec dragoman ${@@Q}" dragoman %*
exit /b %errorlevel%
