import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;

/** Lists the offers and publishes one, by both clients of the JDK. */
class Publish {
    static final String OFFERS = "https://cloudpartner.azure.com/api/publishers/contoso/offers";
    static final String VERSION = "?api-version=2017-10-31";

    static String token() throws Exception {
        var url = new URL("https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/token");
        var connection = (HttpsURLConnection) url.openConnection();
        connection.setDoOutput(true);
        var form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=contoso-secret"
            + "&resource=https%3A%2F%2Fcloudpartner.azure.com";
        connection.getOutputStream().write(form.getBytes(StandardCharsets.UTF_8));
        var reply = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var found = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(reply);
        found.find();
        return found.group(1);
    }

    public static void main(String[] arguments) throws Exception {
        var authorization = "Bearer " + token();
        var client = HttpClient.newHttpClient();
        var list = HttpRequest.newBuilder(URI.create(OFFERS + VERSION));
        var listed = client.send(list.header("Authorization", authorization).build(), BodyHandlers.ofString());
        var body = "{\"metadata\": {\"notification-emails\": \"release@contoso.example\"}}";
        var publish = HttpRequest.newBuilder(URI.create(OFFERS + "/sample-vm/publish" + VERSION))
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
        var started = client.send(publish.build(), BodyHandlers.ofString());
        System.out.println(listed.statusCode() + " " + started.statusCode());
        System.exit(7);
    }
}
