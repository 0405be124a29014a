package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What every page must hold to, looked at in a browser as it is drawn. */
final class PageChecks {
    /** Contrast that text needs on what is behind it: WCAG 2.2, 1.4.3, level AA. */
    private static final double LEAST = 4.5;

    /**
     * All text with too little contrast. Behind a text is the nearest element around it that has a colour; in a drawing
     * the rectangles drawn before it that its middle lies on, with their opacity, upon the page.
     */
    private static final String LOW_CONTRAST = """
        ((least, page) => {
          const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
          const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const around = e => {
            while (e && rgb(getComputedStyle(e).backgroundColor)[3] === 0) e = e.parentElement;
            return e ? rgb(getComputedStyle(e).backgroundColor).slice(0, 3) : page;
          };
          const drawn = e => {
            const svg = e.ownerSVGElement;
            let back = around(svg);
            const box = e.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
            for (const r of svg.querySelectorAll('rect')) {
              const b = r.getBoundingClientRect();
              const style = getComputedStyle(r);
              if (style.fill === 'none' || !(r.compareDocumentPosition(e) & 4)
                  || x < b.left || x > b.right || y < b.top || y > b.bottom) continue;
              const a = parseFloat(style.opacity) * parseFloat(style.fillOpacity);
              back = rgb(style.fill).slice(0, 3).map((v, i) => a * v + (1 - a) * back[i]);
            }
            return back;
          };
          const bad = [];
          for (const e of document.querySelectorAll('body *, svg text')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
            const style = getComputedStyle(e);
            const text = e.ownerSVGElement;
            const a = light(rgb(text ? style.fill : style.color).slice(0, 3));
            const b = light(text ? drawn(e) : around(e));
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < least) bad.push(contrast.toFixed(2) + ' ' + e.outerHTML.slice(0, 90));
          }
          return bad.join();
        })\
        """;

    private PageChecks() {}

    static void assertContrast(Chromium browser, String what) throws Exception {
        assertContrast(browser, "[255, 255, 255]", what);
    }

    /** @param page the colour of what is behind everything, "[r, g, b]" */
    static void assertContrast(Chromium browser, String page, String what) throws Exception {
        assertEquals("", browser.evaluate(LOW_CONTRAST + "(" + LEAST + ", " + page + ")"), what);
    }

    static void assertNothingIsWiderThanTheWindow(Chromium browser, String what) throws Exception {
        assertEquals(
                "",
                browser.evaluate("document.documentElement.scrollWidth <= innerWidth ? '' : [...document"
                        + ".querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
                        + ".map(e => e.outerHTML.slice(0, 90)).join()"),
                what);
    }

    /** Whatever can be operated can have the focus by Tab, and has a ring of two pixels or more then. */
    static void assertFocusIsVisible(Chromium browser, String what) throws Exception {
        assertEquals(
                "",
                browser.evaluate("[...document.querySelectorAll('a[href], button:not(:disabled), select, summary,"
                        + " [tabindex=\"0\"]')].filter(e => e.getClientRects().length).filter(e => {"
                        + " e.focus({focusVisible: true}); const style = getComputedStyle(e);"
                        + " return document.activeElement !== e || e.tabIndex < 0 || style.outlineStyle === 'none'"
                        + " || parseFloat(style.outlineWidth) < 2; }).map(e => e.outerHTML.slice(0, 90)).join()"),
                what);
    }
}
