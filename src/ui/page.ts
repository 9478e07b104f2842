import { Html, markup } from './html.ts';
import { STYLE } from './style.ts';

/** A whole page around its content. */
export function renderPage(title: string, content: Html): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${content}
</body>
</html>
`.text;
}
