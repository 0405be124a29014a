package dev.tercet.demos;

/** Text in a page. */
final class Html {
    private Html() {}

    /** A text that stands in an element or in an attribute between double quotes as what it is. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
