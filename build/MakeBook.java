import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Makes a site of the book: {@code java MakeBook.java ROOT OUTPUT} turns docs/*.md into pages with navigation. Links
 * between chapters lead to pages, links to sources out of the site into the repository; one that leads nowhere ends the
 * build. Pages need no network and no script.
 */
class MakeBook {
    private static final Pattern QUOTE = Pattern.compile("<!-- quote (\\S+?)( \\S+)? -->\n");
    private static final Pattern LINK = Pattern.compile("(href|src)=\"([^\"]*)\"");
    private static final Pattern CODE =
            Pattern.compile("<pre><code class=\"language-(java|console)\">(.*?)</code></pre>", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*\\*.*?\\*/|(?m)(?<![:\"])// .*?$");

    private final Path root;
    private final Path docs;
    private final Path output;

    private MakeBook(Path root, Path output) {
        this.root = root;
        this.docs = root.resolve("docs");
        this.output = output;
    }

    private record Page(Path source, String name, String title, String markdown) {}

    public static void main(String[] args) throws IOException {
        new MakeBook(Path.of(args[0]).toRealPath(), Path.of(args[1]).toAbsolutePath()).run();
    }

    private void run() throws IOException {
        List<Page> pages = new ArrayList<>(List.of(page(docs.resolve("README.md"), "index.html")));
        try (Stream<Path> files = Files.list(docs)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("\\d-.*\\.md"))
                    .sorted()
                    .toList())
                pages.add(page(file, file.getFileName().toString().replace(".md", ".html")));
        }
        Files.createDirectories(output.resolve("figures"));
        try (Stream<Path> figures = Files.list(docs.resolve("figures"))) {
            for (Path figure : figures.toList())
                Files.copy(
                        figure,
                        output.resolve("figures").resolve(figure.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
        }
        for (int i = 0; i < pages.size(); i++) Files.writeString(output.resolve(pages.get(i).name), html(pages, i));
    }

    private static Page page(Path source, String name) throws IOException {
        String markdown = Files.readString(source).replace("\r\n", "\n");
        return new Page(source, name, markdown.lines().findFirst().orElseThrow().substring(2), markdown);
    }

    private String html(List<Page> pages, int index) {
        Page page = pages.get(index);
        StringBuilder contents = new StringBuilder();
        for (Page other : pages)
            contents.append("<li><a href=\"%s\"%s>%s</a></li>\n"
                    .formatted(other.name, other == page ? " aria-current=\"page\"" : "", shortTitle(other)));
        StringBuilder steps = new StringBuilder();
        if (index > 0) steps.append(step(pages.get(index - 1), "prev", "← "));
        if (index + 1 < pages.size()) steps.append(step(pages.get(index + 1), "next", "→ "));
        return TEMPLATE.formatted(page.title, STYLE, contents, body(page), steps);
    }

    private static String shortTitle(Page page) {
        return page.name.equals("index.html") ? "Contents" : page.title;
    }

    private static String step(Page page, String relation, String arrow) {
        return "<a rel=\"%s\" href=\"%s\">%s%s</a>\n".formatted(relation, page.name, arrow, shortTitle(page));
    }

    private String body(Page page) {
        // what leads on stands in the navigation
        String markdown = page.markdown.replaceAll("\n(Next|Back to the): ?\\[.*\n$", "\n");
        markdown = QUOTE.matcher(markdown).replaceAll(quote -> {
            Path file = root.resolve(quote.group(1));
            String method = quote.group(2) == null ? "" : "," + quote.group(2);
            return "<p class=\"source\"><a href=\"%s\">%s</a>%s</p>\n\n"
                    .formatted(docs.relativize(file), file.getFileName(), method);
        });
        List<Extension> extensions = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
        String html = HtmlRenderer.builder()
                .extensions(extensions)
                .build()
                .render(Parser.builder().extensions(extensions).build().parse(markdown));
        html = html.replace("<table>", "<div class=\"wide\" tabindex=\"0\"><table>")
                .replace("</table>", "</table></div>")
                .replace("<pre>", "<pre tabindex=\"0\">");
        html = Pattern.compile(CODE.pattern().replace("<pre>", "<pre tabindex=\"0\">"), Pattern.DOTALL)
                .matcher(html)
                .replaceAll(code -> Matcher.quoteReplacement("<pre class=\"" + code.group(1)
                        + "\" tabindex=\"0\"><code>" + marked(code.group(1), code.group(2)) + "</code></pre>"));
        return LINK.matcher(html)
                .replaceAll(
                        link -> Matcher.quoteReplacement(link.group(1) + "=\"" + target(page, link.group(2)) + "\""));
    }

    /** Comments and commands stand out from what is around them. */
    private static String marked(String language, String code) {
        return language.equals("java")
                ? COMMENT.matcher(code).replaceAll(c -> Matcher.quoteReplacement("<i>" + c.group() + "</i>"))
                : code.replaceAll("(?m)^\\$ (.*(\\\\\n.*)*)$", "<b>\\$ $1</b>");
    }

    private String target(Page page, String link) {
        if (link.startsWith("#") || link.startsWith("https://")) return link;
        Path file = docs.resolve(link.replaceFirst("#.*", "")).normalize();
        if (!Files.exists(file)) throw new IllegalStateException(page.source + " links to " + link + ": no such file");
        if (link.startsWith("figures/")) return link;
        if (file.equals(docs.resolve("README.md"))) return "index.html";
        if (file.getParent().equals(docs) && link.contains(".md")) return link.replace(".md", ".html");
        return output.relativize(file).toString().replace('\\', '/');
    }

    private static final String STYLE = """
        :root { color-scheme: light dark; --page: #fff; --text: #1b1b1b; --dim: #595959; --link: #0a5fb4;
          --box: #f4f5f7; --line: #d5d8dd; }
        @media (prefers-color-scheme: dark) { :root { --page: #16181c; --text: #e4e4e4; --dim: #a8a8a8;
          --link: #7cbcf5; --box: #22262c; --line: #3b4048; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text); font: 1.05rem/1.6 system-ui, sans-serif;
          display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
        nav.all { padding: 2rem 1.5rem; border-right: 1px solid var(--line); font-size: .92rem; }
        nav.all ol { list-style: none; margin: 0; padding: 0; position: sticky; top: 2rem; }
        nav.all li { margin: .45rem 0; }
        main { padding: 1rem 2.5rem 4rem; max-width: 66rem; } main > :is(p, ul, ol, blockquote) { max-width: 48rem; }
        h1 { line-height: 1.25; } h2 { margin-top: 2.2em; }
        a { color: var(--link); } a:focus-visible, summary:focus-visible, pre:focus-visible, .wide:focus-visible
          { outline: 3px solid var(--link); outline-offset: 2px; }
        [aria-current] { color: var(--text); font-weight: 600; text-decoration: none; }
        code { font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--box);
          padding: .1em .3em; border-radius: 3px; }
        pre { background: var(--box); padding: .9rem 1rem; overflow-x: auto; border-radius: 6px;
              font: .8rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
        pre code { padding: 0; background: none; font: inherit; }
        pre.console { border-left: 4px solid var(--link); } pre i { color: var(--dim); }
        .source { margin: 1.6em 0 -.7em; font-size: .85rem; color: var(--dim); }
        blockquote { margin: 1.2em 0; padding: .2em 1.2em; border-left: 4px solid var(--line); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .95rem; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0;
          border-bottom: 1px solid var(--line); }
        img { max-width: 100%; height: auto; }
        details { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 1rem; margin: .8rem 0 1.6rem; }
        summary { cursor: pointer; font-weight: 600; }
        nav.steps { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); display: flex;
          flex-wrap: wrap; gap: .5rem 2rem; justify-content: space-between; }
        @media (max-width: 60rem) { body { display: block; } nav.all { padding: .8rem 1.2rem; border: 0;
          border-bottom: 1px solid var(--line); } nav.all ol { position: static; display: flex; flex-wrap: wrap;
          gap: 0 1.2rem; } main { padding: .5rem 1.2rem 3rem; } }
        @media print { nav { display: none; } body { display: block; } pre { white-space: pre-wrap; } }
        """;

    private static final String TEMPLATE = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s · Tercet</title>
        <style>
        %s</style>
        </head>
        <body>
        <nav class="all" aria-label="Chapters">
        <ol>
        %s</ol>
        </nav>
        <main>
        %s
        <nav class="steps" aria-label="Neighbours">
        %s</nav>
        </main>
        </body>
        </html>
        """;
}
