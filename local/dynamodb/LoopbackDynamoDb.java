import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.HandlerWrapper;

/**
 * Starts Amazon's DynamoDB Local as it should be on a laptop. Compiled and run by local/dynamodb.
 *
 * <p>As shipped it listens on every interface and answers any web page that finds the port. Here it listens on
 * 127.0.0.1 only, refuses requests made under a foreign Host (DNS rebinding) or by a page of a foreign Origin, sends
 * no telemetry, and ends when its standard input does, so that a parent killed with -9 leaves no process behind.
 *
 * <p>A line "open PORT" of standard input starts a database of its own there, on a free port for 0, and is answered by
 * "listening PORT", or by "failed WHY"; "close PORT" ends it and is answered by "closed PORT". The options of all are
 * the arguments.
 */
public final class LoopbackDynamoDb {
  public static void main(String[] given) throws Exception {
    // The option alone does nothing in 1.25.1: creating the server would call Amazon's servers all the same.
    if (!"0".equals(System.getenv("DDB_LOCAL_TELEMETRY"))) {
      System.err.println("DDB_LOCAL_TELEMETRY must be 0");
      System.exit(2);
    }
    Map<String, DynamoDBProxyServer> open = new HashMap<>();
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String port = order.substring(order.indexOf(' ') + 1);
      if (order.startsWith("open ")) {
        try {
          DynamoDBProxyServer dynamoDb = start(port, given);
          String taken = String.valueOf(((ServerConnector) jettyOf(dynamoDb).getConnectors()[0]).getLocalPort());
          open.put(taken, dynamoDb);
          System.out.println("listening " + taken);
        } catch (IOException failure) {
          System.out.println("failed " + failure.getMessage());
        }
      } else {
        open.remove(port).stop();
        System.out.println("closed " + port);
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static DynamoDBProxyServer start(String port, String[] options) throws Exception {
    List<String> args = new ArrayList<>(List.of(options));
    args.add("-disableTelemetry");
    DynamoDBProxyServer dynamoDb = ServerRunner.createServerFromCommandLineArgs(args.toArray(new String[0]));
    Server jetty = jettyOf(dynamoDb);
    for (Connector each : jetty.getConnectors()) {
      ServerConnector connector = (ServerConnector) each;
      connector.setHost("127.0.0.1");
      connector.setPort(Integer.parseInt(port)); // the option takes no 0
    }
    LoopbackOnly guard = new LoopbackOnly();
    guard.setHandler(jetty.getHandler());
    jetty.setHandler(guard);
    dynamoDb.safeStart();
    return dynamoDb;
  }

  private static Server jettyOf(DynamoDBProxyServer dynamoDb) throws ReflectiveOperationException {
    Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    return (Server) field.get(dynamoDb);
  }

  private static final class LoopbackOnly extends HandlerWrapper {
    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
        throws IOException, javax.servlet.ServletException {
      String origin = request.getHeader("Origin");
      if (isLoopback(request.getServerName()) && (origin == null || isLoopbackOrigin(origin))) {
        super.handle(target, base, request, response);
        return;
      }
      base.setHandled(true);
      response.setStatus(403);
      response.setContentType("application/json");
      response.getWriter().print(
          "{\"status\":\"error\",\"code\":\"FOREIGN_HOST\",\"message\":\"This server answers this machine only\"}");
    }

    private static boolean isLoopback(String host) {
      if (host == null) return false;
      String name = host.toLowerCase(Locale.ROOT);
      return name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]") || name.equals("::1");
    }

    private static boolean isLoopbackOrigin(String origin) {
      try {
        return isLoopback(new URI(origin).getHost());
      } catch (java.net.URISyntaxException malformed) {
        return false;
      }
    }
  }
}
