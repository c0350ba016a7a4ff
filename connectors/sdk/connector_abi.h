/* The border between the host and a connector, in plain C (gateway/docs/decisions/0002). A connector moves bytes: it
 * takes them from its transport, hands them to the host with deliver(), and acknowledges to its peer only after
 * deliver() has returned a receipt that says they are safe. It parses nothing beyond framing and knows no FHIR.
 *
 * Rules that hold for every struct here: it begins with its size and may only grow at its end; texts are pointer plus
 * length and need no terminating zero; who allocates frees; no exception crosses the border.
 * Each connector exports one symbol:
 *     const struct onecard_connector *onecard_connector_<name>(void);
 */
#ifndef ONECARD_CONNECTOR_ABI_H
#define ONECARD_CONNECTOR_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONECARD_ABI_VERSION 1u

struct onecard_text {
  const char* begin;
  size_t size;
};

struct onecard_pair {
  struct onecard_text name;
  struct onecard_text value;
};

/* ---- settings: declared by the connector, read and checked by the host ------------------------------------- */

enum onecard_setting_kind {
  ONECARD_TEXT = 0,
  ONECARD_INTEGER = 1,
  ONECARD_DURATION = 2, /* "30s", "5m": passed on in milliseconds as decimal digits */
  ONECARD_BYTES = 3,    /* "16MiB": passed on in bytes as decimal digits */
  ONECARD_CHOICE = 4,   /* `choices` separated by | */
  ONECARD_PATH = 5      /* relative paths are taken from the data directory */
};

struct onecard_setting {
  const char* name;
  enum onecard_setting_kind kind;
  const char* default_value; /* NULL: required */
  const char* choices;       /* for ONECARD_CHOICE */
  const char* text;          /* meaning and unit, one sentence */
};

/* ---- what the host gives ------------------------------------------------------------------------------------ */

enum onecard_outcome {
  ONECARD_STORED = 0,  /* safe on disk (or already safe before): acknowledge */
  ONECARD_REFUSED = 1, /* the host will never take it: answer with `reply`, do not send it again */
  ONECARD_BUSY = 2,    /* not taken: slow down and send it again after retry_after_ms */
  ONECARD_FAILED = 3   /* not taken, disk or host trouble: do not acknowledge */
};

struct onecard_receipt {
  uint32_t size;
  enum onecard_outcome outcome;
  uint32_t retry_after_ms;
  uint32_t http_status;           /* for connectors that speak HTTP */
  struct onecard_text id;         /* receipt id; the same for the same bytes from the same source */
  struct onecard_text reply;      /* what to send back, whole: an HL7 ACK, a SOAP body, ... ; may be empty */
  struct onecard_text reply_type; /* media type of the reply */
  void* owner;                    /* the host's; give it back with release_receipt */
};

struct onecard_request { /* an HTTP request on a route of the connector */
  uint32_t size;
  struct onecard_text method;
  struct onecard_text path;
  struct onecard_text query;
  struct onecard_text body;
  const struct onecard_pair* headers; /* names in lower case */
  size_t header_count;
  struct onecard_text peer; /* address without port */
};

struct onecard_response { /* filled in by the connector through respond() */
  uint32_t size;
  uint32_t status;
  struct onecard_text body;
  struct onecard_text content_type;
  const struct onecard_pair* headers;
  size_t header_count;
};

typedef void (*onecard_respond)(void* request_owner, const struct onecard_response* response);
/* Called on the host's HTTP threads, many at once. Must call respond exactly once before it returns. */
typedef void (*onecard_route)(void* instance, const struct onecard_request* request, onecard_respond respond,
                              void* request_owner);

enum onecard_log_level { ONECARD_INFO = 0, ONECARD_WARN = 1, ONECARD_ERROR = 2 };

/* Every function is thread-safe. `host` is the first argument of each. */
struct onecard_host {
  uint32_t size;
  uint32_t abi_version;
  void* host;
  /* Hands over one message. Blocks until the bytes are safe (and, when the source says so, until the outcome is
   * known), at most until the source's deadline; after stop it returns at once with ONECARD_BUSY. */
  void (*deliver)(void* host, struct onecard_text media_type, struct onecard_text bytes,
                  const struct onecard_pair* headers, size_t header_count, struct onecard_receipt* receipt);
  void (*release_receipt)(void* host, struct onecard_receipt* receipt);
  /* Declares a route on the host's HTTP listener for sources. Only within start(). Returns 0, or 1 when taken. */
  int (*route)(void* host, struct onecard_text method, struct onecard_text path, onecard_route handler,
               void* instance);
  /* One line of an event name and key=value pairs; never message content. */
  void (*log)(void* host, enum onecard_log_level level, struct onecard_text event, const struct onecard_pair* fields,
              size_t field_count);
  /* A secret by name; 0 when there is none. The text lives until stop. */
  int (*secret)(void* host, struct onecard_text name, struct onecard_text* value);
  /* A connector's cursor, durable once save_state returns 0. The loaded text lives until the next call. */
  int (*load_state)(void* host, struct onecard_text key, struct onecard_text* value);
  int (*save_state)(void* host, struct onecard_text key, struct onecard_text value);
  /* Adds to a counter named onecard_connector_<name>. */
  void (*metric)(void* host, struct onecard_text name, double add);
  /* What to answer to a message that the connector itself turns away, because framing is its business: one too large
   * for it, say. `beginning` holds the first bytes, as many as there are; `why` is a sentence that names the limit.
   * Nothing is kept; the receipt's outcome is ONECARD_REFUSED (gateway/docs/decisions/0009). */
  void (*refuse)(void* host, struct onecard_text media_type, struct onecard_text beginning, struct onecard_text why,
                 struct onecard_receipt* receipt);
};

/* ---- what a connector gives --------------------------------------------------------------------------------- */

struct onecard_connector {
  uint32_t size;
  uint32_t abi_version;
  const char* name;    /* "mllp" */
  const char* version; /* of the connector */
  const char* status;  /* "stable", "beta" or "experimental" */
  const char* text;    /* one sentence */
  const struct onecard_setting* settings;
  size_t setting_count;
  /* Checks the settings and makes an instance without touching the network. Every setting is present, in the order of
   * the table. On failure returns NULL and writes a sentence into error (zero-terminated). */
  void* (*create)(const struct onecard_host* host, const struct onecard_pair* settings, size_t setting_count,
                  char* error, size_t error_size);
  /* Begins to move bytes; returns 0, or 1 with a sentence in error. */
  int (*start)(void* instance, char* error, size_t error_size);
  /* Takes no more bytes, lets deliveries under way end, returns within a second. Safe to call twice. */
  void (*stop)(void* instance);
  void (*destroy)(void* instance);
};

#ifdef __cplusplus
}
#endif
#endif
