@echo off
set "PATH=%~dp0bin;%PATH%"
set "FAKE_FOLDER=%~dp0."
call dragoman-claude.cmd openai/gpt-5.5 -p "a & b" --flag=x "c ""d"" e" Read,Edit
echo code %errorlevel% [%ANTHROPIC_MODEL%]
call dragoman-claude.cmd
echo code %errorlevel%
call dragoman-claude.cmd -p "hello ! 100%%%% you"
echo code %errorlevel%
call dragoman-claude.cmd "vendor/mo del" x
echo code %errorlevel%
call dragoman-claude.cmd only-model
echo code %errorlevel%
ren bin\claude.exe real.exe
echo @"%%~dp0real.exe" %%*> bin\claude.cmd
call dragoman-claude.cmd only-model -p "a & b ! c"
echo code %errorlevel%
del bin\claude.cmd
call dragoman-claude.cmd only-model
echo code %errorlevel%
ren bin\real.exe claude.exe
set FAKE_FAILURE=1
call dragoman-claude.cmd only-model
echo code %errorlevel%
set "DRAGOMAN_WSL=wsl.exe -d Debian"
call dragoman.cmd code m -p "a & b"
echo code %errorlevel%
if exist "%TEMP%\dragoman*" echo left behind
type hold.txt
type run.txt
