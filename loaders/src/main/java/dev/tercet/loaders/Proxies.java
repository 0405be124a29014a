package dev.tercet.loaders;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that an environment names, in the form curl and Python read: {@code https_proxy}, {@code http_proxy},
 * {@code no_proxy}, in small or capital letters, small ones first.
 *
 * @param https the proxy for https addresses
 * @param http the proxy for http addresses
 * @param direct hosts and domains to reach without a proxy; {@code *} means all
 */
record Proxies(Optional<URI> https, Optional<URI> http, List<String> direct) {
    static Proxies of(Map<String, String> environment) {
        List<String> direct = setting(environment, "no_proxy").stream()
                .flatMap(list -> Arrays.stream(list.split(",")))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .toList();
        return new Proxies(proxy(environment, "https_proxy"), proxy(environment, "http_proxy"), direct);
    }

    /** The proxy for an address; none when the environment names none, and then the JVM's own settings apply. */
    Optional<Proxy> of(URI address) {
        Optional<URI> proxy = address.getScheme().equalsIgnoreCase("https") ? https : http;
        if (proxy.isPresent() && isDirect(address.getHost().toLowerCase(Locale.ROOT))) {
            return Optional.of(Proxy.NO_PROXY);
        }
        return proxy.map(uri -> new Proxy(
                Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort())));
    }

    private boolean isDirect(String host) {
        return direct.stream().anyMatch(entry -> {
            String domain = entry.startsWith(".") ? entry.substring(1) : entry;
            return entry.equals("*") || host.equals(domain) || host.endsWith("." + domain);
        });
    }

    private static Optional<URI> proxy(Map<String, String> environment, String name) {
        return setting(environment, name).map(text -> {
            try {
                URI uri = URI.create(text.contains("://") ? text : "http://" + text);
                if (uri.getHost() != null && uri.getScheme().equalsIgnoreCase("http")) {
                    return uri;
                }
            } catch (IllegalArgumentException _) {
                // Reported below: the value itself is not shown, it may hold a password.
            }
            throw new InvalidModelException(
                    name.toUpperCase(Locale.ROOT) + " is not the address of a proxy, expected http://host:port");
        });
    }

    private static Optional<String> setting(Map<String, String> environment, String name) {
        return HubSettings.value(environment, name)
                .or(() -> HubSettings.value(environment, name.toUpperCase(Locale.ROOT)));
    }
}
