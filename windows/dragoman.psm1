# dragoman in WSL for PowerShell: the commands `dragoman` and `dragoman-claude`. In $PROFILE:
#   Import-Module C:\path\to\windows\dragoman.psm1
# See docs/windows.md. $env:DRAGOMAN_WSL says how WSL is reached, such as 'wsl.exe -d Debian'; 'wsl.exe' unless set.

$DragomanHelper = Join-Path $PSScriptRoot 'dragoman-wsl.sh'

# The arguments of a function as words: `Read,Edit` is a list to PowerShell, and one word to everybody else.
function Get-Words {
    param([object[]] $Arguments)
    foreach ($argument in $Arguments) {
        if ($argument -is [array]) { $argument -join ',' } else { "$argument" }
    }
}

# Windows PowerShell, and PowerShell before 7.3, hand quotes inside of arguments on unescaped.
function ConvertTo-NativeArgument {
    param([string[]] $Arguments)
    $escapes = $PSVersionTable.PSVersion -lt [version] '7.3'
    foreach ($argument in $Arguments) {
        if (-not $escapes) { $argument; continue }
        if ($argument -eq '') { '""'; continue }
        $escaped = $argument -replace '(\\*)"', '$1$1\"'
        if ($escaped -match '\s') { $escaped = $escaped -replace '(\\+)$', '$1$1' }
        $escaped
    }
}

function Get-DragomanWsl {
    if ($env:DRAGOMAN_WSL) { $env:DRAGOMAN_WSL -split ' +' } else { 'wsl.exe' }
}

# `dragoman code MODEL`, `dragoman doctor`, everything, in the same folder.
function Invoke-Dragoman {
    $reach = @(Get-DragomanWsl)
    $wsl = $reach[0]
    $options = @($reach | Select-Object -Skip 1)
    $script = 'PATH=$PATH:$HOME/.local/bin; set -f; IFS=; eval exec dragoman ${@@Q}'
    $arguments = @(ConvertTo-NativeArgument @(Get-Words $args))
    if ($MyInvocation.ExpectingInput) {
        $input | & $wsl @options -e bash -lc $script dragoman @arguments
    } else {
        & $wsl @options -e bash -lc $script dragoman @arguments
    }
}

# Claude Code of Windows on a dragoman in WSL: dragoman-claude [MODEL] [CLAUDE ARGUMENTS...]
function Start-DragomanClaude {
    $model = @()
    $rest = @(Get-Words $args)
    if ($rest.Count -gt 0 -and -not $rest[0].StartsWith('-')) {
        $model = @($rest[0])
        $rest = @($rest | Select-Object -Skip 1)
    }
    $claude = Get-Command claude -CommandType 'Application, ExternalScript' -ErrorAction SilentlyContinue |
        Select-Object -First 1
    $installed = Join-Path $HOME '.local\bin\claude.exe'
    if (-not $claude -and (Test-Path $installed)) { $claude = Get-Command $installed }
    if (-not $claude) {
        Write-Error 'dragoman-claude: claude.exe is not to be found; install Claude Code, or use `dragoman code` in WSL'
        $global:LASTEXITCODE = 1
        return
    }

    $reach = @(Get-DragomanWsl)
    $wsl = $reach[0]
    $options = @($reach | Select-Object -Skip 1)
    $before = @{}
    Get-ChildItem Env: | ForEach-Object { $before[$_.Name] = $_.Value }
    $encoding = [Console]::OutputEncoding
    $hold = [System.IO.Path]::GetTempFileName()
    try {
        $env:DRAGOMAN_HOLD = $hold
        $env:DRAGOMAN_HELPER = $DragomanHelper
        $env:WSLENV = "DRAGOMAN_HOLD/p:DRAGOMAN_HELPER/p:$env:WSLENV"
        # On this console, so that it ends with it, but without a hand in what is typed.
        $line = @($options) + '-e', 'bash', '-lc', '"IFS=; exec bash $DRAGOMAN_HELPER hold"'
        Start-Process -FilePath $wsl -ArgumentList $line -NoNewWindow -RedirectStandardInput $hold `
            -RedirectStandardOutput "$hold.out" -RedirectStandardError "$hold.err"

        [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
        $script = 'set -f; IFS=; exec bash $DRAGOMAN_HELPER env powershell $@'
        $change = & $wsl @options -e bash -lc $script dragoman @model
        $code = $LASTEXITCODE
        [Console]::OutputEncoding = $encoding
        if ($code -ne 0) { $global:LASTEXITCODE = 1; return }
        Invoke-Expression ($change -join "`n")

        # A script of npm's takes arguments as they are; a program needs its quotes escaped.
        if ($claude.CommandType -eq 'Application') { $rest = @(ConvertTo-NativeArgument $rest) }
        if ($MyInvocation.ExpectingInput) { $input | & $claude @rest } else { & $claude @rest }
    } finally {
        $code = $global:LASTEXITCODE
        [Console]::OutputEncoding = $encoding
        Remove-Item $hold, "$hold.out", "$hold.err" -ErrorAction SilentlyContinue
        # What this function changed in the environment is as it was.
        Get-ChildItem Env: | Where-Object { -not $before.ContainsKey($_.Name) } |
            ForEach-Object { Remove-Item -LiteralPath "Env:$($_.Name)" }
        foreach ($name in $before.Keys) { Set-Item -LiteralPath "Env:$name" -Value $before[$name] }
        $global:LASTEXITCODE = $code
    }
}

Set-Alias -Name dragoman -Value Invoke-Dragoman
Set-Alias -Name dragoman-claude -Value Start-DragomanClaude
Export-ModuleMember -Function @('Invoke-Dragoman', 'Start-DragomanClaude') -Alias @('dragoman', 'dragoman-claude')
