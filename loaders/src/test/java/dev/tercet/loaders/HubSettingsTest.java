package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubSettingsTest {
    @TempDir
    Path folder;

    @Test
    void looksForTheCacheWherePythonDoes() {
        assertEquals(Path.of("/home/me/.cache/huggingface/hub"), cache(Map.of()));
        assertEquals(Path.of("/xdg/huggingface/hub"), cache(Map.of("XDG_CACHE_HOME", "/xdg")));
        assertEquals(Path.of("/hf/hub"), cache(Map.of("HF_HOME", "/hf", "XDG_CACHE_HOME", "/xdg")));
        assertEquals(Path.of("/old"), cache(Map.of("HUGGINGFACE_HUB_CACHE", "/old", "HF_HOME", "/hf")));
        assertEquals(Path.of("/hub"), cache(Map.of("HF_HUB_CACHE", "/hub", "HUGGINGFACE_HUB_CACHE", "/old")));
    }

    @Test
    void expandsHomeAndVariables() {
        assertEquals(Path.of("/home/me/models"), cache(Map.of("HF_HUB_CACHE", "~/models")));
        assertEquals(
                Path.of("/big/a/me"), cache(Map.of("HF_HUB_CACHE", "$DISK/a/${WHO}", "DISK", "/big", "WHO", "me")));
        assertEquals(Path.of("/a/$NONE"), cache(Map.of("HF_HUB_CACHE", "/a/$NONE")));
    }

    @Test
    void takesABlankVariableAsAbsent() {
        assertEquals(Path.of("/hf/hub"), cache(Map.of("HF_HUB_CACHE", " ", "HF_HOME", "/hf")));
    }

    @Test
    void readsTheTokenFromVariablesBeforeTheFile() throws IOException {
        Files.writeString(folder.resolve("token"), "hf_file\n");
        String home = folder.toString();
        assertEquals(Optional.empty(), settings(Map.of()).token());
        assertEquals(Optional.of("hf_file"), settings(Map.of("HF_HOME", home)).token());
        assertEquals(
                Optional.of("hf_old"),
                settings(Map.of("HF_HOME", home, "HUGGING_FACE_HUB_TOKEN", "hf_old"))
                        .token());
        assertEquals(
                Optional.of("hf_new"),
                settings(Map.of("HF_TOKEN", "hf_new", "HUGGING_FACE_HUB_TOKEN", "hf_old"))
                        .token());
        assertEquals(
                Optional.empty(),
                settings(Map.of("HF_TOKEN", "hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token());
    }

    @Test
    void refusesATokenThatIsNoneWithoutShowingIt() {
        HubSettings settings = settings(Map.of("HF_TOKEN", "hf_secret\nhf_other"));
        String message =
                assertThrows(InvalidModelException.class, settings::token).getMessage();
        assertTrue(message.contains("HF_TOKEN") && !message.contains("secret"), message);
    }

    @Test
    void looksAtTheNetworkSettingsOnlyWhenTheyAreNeeded() {
        HubSettings settings = settings(Map.of("https_proxy", "socks5://x", "HF_ENDPOINT", "nonsense"));
        assertThrows(InvalidModelException.class, settings::proxies);
    }

    @Test
    void keepsTheTokenOutOfItsText() {
        String text = settings(Map.of("HF_TOKEN", "hf_secret")).toString();
        assertFalse(text.contains("hf_secret"), text);
    }

    @ParameterizedTest
    @CsvSource({"1,true", "true,true", "ON,true", "yes,true", "0,false", "off,false", "'',false"})
    void readsOfflineAsPythonDoes(String value, boolean offline) {
        assertEquals(offline, settings(Map.of("HF_HUB_OFFLINE", value)).offline());
    }

    @Test
    void dropsTheSlashAtTheEndOfTheEndpoint() {
        assertEquals("https://huggingface.co", settings(Map.of()).endpoint());
        assertEquals(
                "http://mirror:8080/hf",
                settings(Map.of("HF_ENDPOINT", "http://mirror:8080/hf//")).endpoint());
        assertEquals("http://a", settings(Map.of()).withEndpoint("http://a/").endpoint());
    }

    @Test
    void choosesTheProxyOfTheEnvironment() {
        Proxies proxies = Proxies.of(Map.of(
                "https_proxy", "http://proxy:3128", "HTTP_PROXY", "other:81/", "no_proxy", "localhost, .corp.example"));
        assertEquals(Optional.of(proxy("proxy", 3128)), proxies.of(URI.create("https://huggingface.co/x")));
        assertEquals(Optional.of(proxy("other", 81)), proxies.of(URI.create("http://huggingface.co/x")));
        assertEquals(Optional.of(Proxy.NO_PROXY), proxies.of(URI.create("https://Hub.Corp.example/x")));
        assertEquals(Optional.of(Proxy.NO_PROXY), proxies.of(URI.create("http://localhost:8080/x")));
        assertEquals(Optional.empty(), Proxies.of(Map.of()).of(URI.create("https://huggingface.co/x")));
    }

    @Test
    void refusesAProxyThatIsNoAddressWithoutShowingIt() {
        String message = assertThrows(
                        InvalidModelException.class, () -> Proxies.of(Map.of("https_proxy", "socks5://me:secret@x")))
                .getMessage();
        assertTrue(message.startsWith("HTTPS_PROXY") && !message.contains("secret"), message);
    }

    private static Proxy proxy(String host, int port) {
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port));
    }

    private static Path cache(Map<String, String> environment) {
        return settings(environment).cache();
    }

    private static HubSettings settings(Map<String, String> environment) {
        var complete = new java.util.HashMap<>(environment);
        complete.putIfAbsent("HOME", "/home/me");
        return HubSettings.of(complete);
    }
}
