"""Draws the lines of a screen as an SVG picture of a terminal's window."""
from html import escape
from itertools import groupby

GROUND, TEXT, BAR = "#16181d", "#d8dbe2", "#23262e"
LIGHTS = ("#ff5f57", "#febc2e", "#28c840")
BASIC = ("#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
         "#6b717d", "#f0868e", "#b1d495", "#f0d399", "#83c4f7", "#d69ae4", "#7fd0da", "#ffffff")
FONT = "ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"
SIZE, WIDTH, HEIGHT = 14, 8.43, 18        # of the font, of a cell
MARGIN, BAR_HEIGHT = 16, 34


def colour(value):
    if value is None or isinstance(value, str):
        return value
    if value < 16:
        return BASIC[value]
    if value >= 232:
        return "#" + f"{8 + 10 * (value - 232):02x}" * 3
    steps = [0, 95, 135, 175, 215, 255]
    value -= 16
    return "#" + "".join(f"{steps[part]:02x}" for part in (value // 36, value // 6 % 6, value % 6))


def between(first, second, share):
    parts = [(int(first[i:i + 2], 16), int(second[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def colours(style):
    text, ground = colour(style.text) or TEXT, colour(style.ground)
    if style.inverse:
        text, ground = ground or GROUND, text
    if style.dim:
        text = between(text, ground or GROUND, 0.45)
    return text, ground


def runs(line):
    """(column, text, style) for each stretch of one style; blanks without a ground are not drawn."""
    cells = list(enumerate(line))
    for style, stretch in groupby(cells, key=lambda cell: cell[1].style):
        stretch = list(stretch)
        yield stretch[0][0], [cell.text for _, cell in stretch], style


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def draw_run(row, column, texts, style):
    text, ground = colours(style)
    x, y = MARGIN + column * WIDTH, BAR_HEIGHT + MARGIN + row * HEIGHT
    parts = []
    if ground:
        parts.append(f'<rect x="{number(x)}" y="{number(y)}" width="{number(len(texts) * WIDTH + 0.2)}" '
                     f'height="{HEIGHT}" fill="{ground}"/>')
    whole = "".join(texts)
    content = whole.strip(" ")
    if content:
        first = len(whole) - len(whole.lstrip(" "))
        length = len(texts) - first - (len(whole) - len(whole.rstrip(" ")))
        looks = [f'fill="{text}"'] if text != TEXT else []
        looks += ['font-weight="bold"'] if style.bold else []
        looks += ['font-style="italic"'] if style.italic else []
        looks += ['text-decoration="underline"'] if style.underline else []
        parts.append(f'<text x="{number(x + first * WIDTH)}" y="{number(y + HEIGHT - 5)}" '
                     f'textLength="{number(length * WIDTH)}" {" ".join(looks)}'.rstrip()
                     + f'>{escape(content, quote=False)}</text>')
    return parts


def draw(lines, title, description):
    columns = max(len(line) for line in lines)
    width, height = 2 * MARGIN + columns * WIDTH, BAR_HEIGHT + 2 * MARGIN + len(lines) * HEIGHT
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
             f'width="{number(width)}" height="{number(height)}" role="img" aria-labelledby="title description">',
             f'<title id="title">{escape(title)}</title>',
             f'<desc id="description">{escape(description)}</desc>',
             f'<rect width="100%" height="100%" rx="9" fill="{GROUND}"/>',
             f'<path d="M0 {BAR_HEIGHT}V9a9 9 0 0 1 9-9H{number(width - 9)}a9 9 0 0 1 9 9V{BAR_HEIGHT}z" fill="{BAR}"/>']
    parts += [f'<circle cx="{20 + 20 * i}" cy="17" r="6" fill="{light}"/>' for i, light in enumerate(LIGHTS)]
    parts.append(f'<g font-family="{FONT}" font-size="{SIZE}" fill="{TEXT}" xml:space="preserve">')
    parts.append(f'<text x="{number(width / 2)}" y="22" text-anchor="middle" fill="#8b919c">{escape(title)}</text>')
    for row, line in enumerate(lines):
        for column, texts, style in runs(line):
            parts += draw_run(row, column, texts, style)
    return "\n".join(parts + ["</g>", "</svg>", ""])


def trimmed(lines):
    """Without the blank lines at both ends."""
    def blank(line):
        return all(cell.text in ("", " ") and not cell.style.ground for cell in line)
    while lines and blank(lines[-1]):
        lines = lines[:-1]
    while lines and blank(lines[0]):
        lines = lines[1:]
    return lines
