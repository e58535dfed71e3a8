// Generated from openapi/identity.yaml by `npm run generate -w contracts`; never edited by hand.
export interface paths {
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One user
         * @description Holds what everybody may know of a user: no e-mail.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users by their ids, or by the beginning of their names
         * @description A request has either `ids` or `username`, not both. `limit` and `cursor` are allowed only with `username`. Anything else is a 400.
         *     With `ids` the answer has the users in the requested order, without unknown ids, and no `nextCursor`. With `username` it is a page, ordered by name regardless of case, so that a user of exactly this name is the first one.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Register
         * @description The password must not be a common one, nor the name or the e-mail; some names are reserved. With a taken name, the answer is about the name alone, whatever the e-mail. Registrations are limited for each address.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/by-name/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user of a name
         * @description Upper and lower case are the same.
         */
        get: operations["getUserByName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description The answer and its time are the same for an unknown user and for a wrong password. Failed attempts are limited for each account and for each address, and apart from that for each device that has logged in before.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get new tokens with a refresh token
         * @description A refresh token returns the same successor until the successor is used for the first time, since an answer may be lost on the way. If it is used after that, its session ends, because someone may have stolen it.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log out
         * @description Ends the session of the access token; its refresh token is invalid from then on.
         */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's account
         * @description Holds the e-mail, which no other answer has.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /**
         * Delete the account
         * @description Needs the current password. Writes UserDeleted to the log, so that other services delete what they have of the user.
         */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        /**
         * Change the name, the e-mail or the password
         * @description A new e-mail or password requires the current password; without it the answer is 400. A new password ends all other sessions of the user. Changes of the name and the e-mail are limited for each user.
         */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the caller is logged in
         * @description One entry for each browser or client in which the caller has not logged out, the last used first.
         */
        get: operations["listOwnSessions"];
        put?: never;
        post?: never;
        /**
         * Log out everywhere else
         * @description Ends all sessions of the caller except the one that sends the request. An access token of an ended session is accepted until it expires, which takes some minutes.
         */
        delete: operations["deleteOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session
         * @description An unknown id, or that of another user's session, is a 404. An access token of an ended session is accepted until it expires, which takes some minutes.
         */
        delete: operations["deleteOwnSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user event log, after a given offset
         * @description An HTTP feed (http-feeds.org) of CloudEvents 1.0. An answer has up to 500 events after `lastEventId`, oldest first. A consumer continues at the address in `Link`. It is up to date when the offset in that address equals `Log-Head`.
         *     Offsets increase and have gaps. An event never appears before an event that a consumer has already read. An event is removed some time after a newer event of the same user, and a UserDeleted after 30 days; reading from the beginning still leads to the same replica. The first event of a user can therefore be a UserUpdated. UserCreated and UserUpdated mean the same: `data` is the current profile. Consumers skip types and fields that they do not know.
         *     A place in the log is an offset and an epoch; see `Log-Epoch`. While the database is in recovery, as a standby is, the log is not served (503).
         *     The operator names the readers, and each shows its token. Without such tokens, only clients on the same machine may read the log. Each reader with a token may have 25 requests waiting.
         */
        get: operations["listUserEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ended-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions that ended lately, after a given offset
         * @description For services that verify access tokens by themselves: they refuse the tokens of these sessions, which have not expired yet. A session is here whatever ended it: a log-out, a new password, the reuse of a refresh token, its owner on another device, or the deletion of the account.
         *     A feed like `/api/user-events`, with the same readers, and without epochs. An event is removed some time after `tokensExpireAt`. A consumer that has just started reads from the beginning, and so does one whose offset is a 400.
         */
        get: operations["listEndedSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys for verifying access tokens
         * @description A JSON Web Key Set (RFC 7517). Verifiers cache it, and read it again when a token names an unknown key.
         */
        get: operations["getKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A positive integer of at most 2^53 − 1, which every JSON parser reads exactly.
         * @example 5
         */
        Id: number;
        /**
         * @description Names that differ only in case are the same name.
         * @example cat_sun_dog
         */
        Username: string;
        /**
         * @description The public profile of a user.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog"
         *     }
         */
        User: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
        };
        /** @example eyJpIjo1fQ */
        Cursor: string;
        /**
         * @description One place where the caller is logged in.
         * @example {
         *       "id": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11",
         *       "device": "Firefox on Windows",
         *       "createdAt": "2026-01-05T09:30:00.000Z",
         *       "lastUsedAt": "2026-01-06T18:15:00.000Z",
         *       "current": true
         *     }
         */
        OwnSession: {
            id: components["schemas"]["SessionId"];
            /**
             * @description A readable name, from the `User-Agent` of the log-in; null if that says nothing.
             * @example Firefox on Windows
             */
            device: string | null;
            createdAt: components["schemas"]["Timestamp"];
            /**
             * Format: date-time
             * @description The time of the last refresh. While a session is used, it is refreshed every few minutes.
             * @example 2026-01-05T09:30:00.000Z
             */
            lastUsedAt: string;
            /**
             * @description Whether this session sent the request.
             * @example true
             */
            current: boolean;
        };
        /**
         * @description The caller's sessions, the last used first; at most 100.
         * @example {
         *       "items": []
         *     }
         */
        OwnSessions: {
            items: components["schemas"]["OwnSession"][];
        };
        /**
         * Format: uuid
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
         */
        SessionId: string;
        /**
         * @description The users with the requested ids, or a page of users whose names begin alike.
         * @example {
         *       "items": [
         *         {
         *           "id": 1,
         *           "username": "cat_sun_dog"
         *         }
         *       ]
         *     }
         */
        UserBatch: {
            items: components["schemas"]["User"][];
            /**
             * @description The `cursor` of the next page; null on the last page. Only with `username`.
             * @example eyJpIjo1fQ
             */
            nextCursor?: string | null;
        };
        /**
         * Format: email
         * @description Addresses that differ only in case are the same address.
         * @example cat@example.com
         */
        Email: string;
        /**
         * Format: well-formed-text-without-nul
         * @description A username or an e-mail address: well-formed Unicode text without U+0000.
         * @example cat_sun_dog
         */
        Login: string;
        /**
         * Format: well-formed-text
         * @description A password that was chosen before. Any well-formed Unicode text; it is compared after normalization to NFKC.
         * @example correct horse battery staple
         */
        Password: string;
        /**
         * Format: well-formed-text-without-nul
         * @description Well-formed Unicode text without U+0000, of 8 to 128 code points, as it is sent and also after normalization to NFKC. It is not among the most common passwords, and has 8 code points beside the name and the e-mail.
         * @example correct horse battery staple
         */
        NewPassword: string;
        /**
         * @description The data that a new user registers with.
         * @example {
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com",
         *       "password": "correct horse battery staple"
         *     }
         */
        NewUser: {
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
            password: components["schemas"]["NewPassword"];
        };
        /**
         * @description The data that a user logs in with.
         * @example {
         *       "username": "cat_sun_dog",
         *       "password": "sunny-side-up-2026"
         *     }
         */
        Credentials: {
            username: components["schemas"]["Login"];
            password: components["schemas"]["Password"];
        };
        /**
         * @description A JWT (RFC 9068) to send as `Authorization: Bearer`. It contains the user's id, but no name and no e-mail. Its claim `tokens` has a token for each other service, by its audience; such a token is good at that service alone.
         * @example eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl
         */
        AccessToken: string;
        /**
         * @description Opaque. Each use returns its successor. It stays valid until the successor is used for the first time; if it is used after that, the session ends.
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg
         */
        RefreshToken: string;
        /**
         * @description The number of seconds for which the access token is valid.
         * @example 300
         */
        ExpiresIn: number;
        /**
         * @example {
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg"
         *     }
         */
        RefreshRequest: {
            refreshToken: components["schemas"]["RefreshToken"];
        };
        /**
         * @description The logged-in user and the tokens of the session.
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "accessToken": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg",
         *       "expiresIn": 300
         *     }
         */
        Session: {
            user: components["schemas"]["User"];
            accessToken: components["schemas"]["AccessToken"];
            refreshToken: components["schemas"]["RefreshToken"];
            expiresIn: components["schemas"]["ExpiresIn"];
        };
        /**
         * @description The caller's account. No other user can see the e-mail.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com"
         *     }
         */
        Me: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
        };
        /**
         * @description At least one change. A new e-mail or password requires the current password.
         * @example {
         *       "username": "cat_moon_dog"
         *     }
         */
        MeChange: {
            username?: components["schemas"]["Username"];
            email?: components["schemas"]["Email"];
            password?: components["schemas"]["NewPassword"];
            currentPassword?: components["schemas"]["Password"];
        };
        /**
         * @description Confirms with the current password that the user wants this.
         * @example {
         *       "currentPassword": "correct horse battery staple"
         *     }
         */
        Confirmation: {
            currentPassword: components["schemas"]["Password"];
        };
        /**
         * @description A JSON Web Key Set (RFC 7517) of public keys.
         * @example {
         *       "keys": [
         *         {
         *           "kty": "OKP",
         *           "crv": "Ed25519",
         *           "kid": "sU8mYcTjRQ2k1n8XoYJd0w",
         *           "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
         *           "alg": "EdDSA",
         *           "use": "sig"
         *         }
         *       ]
         *     }
         */
        KeySet: {
            keys: components["schemas"]["Key"][];
        };
        /**
         * @description The public half of an Ed25519 key (RFC 8037).
         * @example {
         *       "kty": "OKP",
         *       "crv": "Ed25519",
         *       "kid": "sU8mYcTjRQ2k1n8XoYJd0w",
         *       "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
         *       "alg": "EdDSA",
         *       "use": "sig"
         *     }
         */
        Key: {
            /** @constant */
            kty: "OKP";
            /** @constant */
            crv: "Ed25519";
            kid: string;
            x: string;
            /** @constant */
            alg: "EdDSA";
            /** @constant */
            use: "sig";
        };
        /**
         * Format: date-time
         * @description RFC 3339, in UTC.
         * @example 2026-01-05T09:30:00.000Z
         */
        Timestamp: string;
        /**
         * @description The offset of the event in the log, as a decimal number (at most 2^53 − 1). Offsets increase and have gaps.
         * @example 42
         */
        EventId: string;
        /**
         * @description The same offset with leading zeros, so that sorting as text gives the order of the log.
         * @example 00000000000000000042
         */
        EventSequence: string;
        /**
         * @description The name of the history that the event belongs to: its epochs, oldest first, at most 16. Each has an id and the offset after which it began. A log gets a new epoch when its database has another history, as after a restore or the promotion of a standby; what was written after that offset in an older epoch may be lost. So a consumer that has read up to an offset in some epoch goes on only if that epoch is the last one here, or if the next one began at that offset or later. Absent in events of older releases.
         * @example 4f1c9a22b7d0e853:0
         */
        EventEpoch: string;
        /**
         * @description The service that owns the log.
         * @example urn:social-network:identity
         * @constant
         */
        EventSource: "urn:social-network:identity";
        /**
         * @description The id of the user, as a decimal number. Only the newest event of a subject matters.
         * @example 7
         */
        EventSubject: string;
        /**
         * @description The W3C Trace Context of the request that changed the user. Absent if there was no request.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        EventTrace: string;
        /**
         * @description A user has registered, or existed before the log did.
         * @example {
         *       "specversion": "1.0",
         *       "id": "41",
         *       "source": "urn:social-network:identity",
         *       "type": "UserCreated",
         *       "subject": "7",
         *       "time": "2026-01-05T09:30:00.000Z",
         *       "sequence": "00000000000000000041",
         *       "datacontenttype": "application/json",
         *       "dataschema": "urn:social-network:event:UserCreated#/properties/data",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "id": 7,
         *         "username": "cat_sun_dog"
         *       }
         *     }
         */
        UserCreated: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserCreated";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            /**
             * @description The schema of `data`, in the file contracts/events/user-created.json. Absent in events of older releases.
             * @constant
             */
            dataschema?: "urn:social-network:event:UserCreated#/properties/data";
            traceparent?: components["schemas"]["EventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["User"];
        };
        /**
         * @description The public profile has changed.
         * @example {
         *       "specversion": "1.0",
         *       "id": "42",
         *       "source": "urn:social-network:identity",
         *       "type": "UserUpdated",
         *       "subject": "7",
         *       "time": "2026-01-06T18:15:00.000Z",
         *       "sequence": "00000000000000000042",
         *       "datacontenttype": "application/json",
         *       "dataschema": "urn:social-network:event:UserUpdated#/properties/data",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "id": 7,
         *         "username": "cat_moon_dog"
         *       }
         *     }
         */
        UserUpdated: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserUpdated";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            /**
             * @description The schema of `data`, in the file contracts/events/user-updated.json. Absent in events of older releases.
             * @constant
             */
            dataschema?: "urn:social-network:event:UserUpdated#/properties/data";
            traceparent?: components["schemas"]["EventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["User"];
        };
        /**
         * @description The user has deleted the account. Consumers delete everything about the user. The event does not contain the name.
         * @example {
         *       "specversion": "1.0",
         *       "id": "45",
         *       "source": "urn:social-network:identity",
         *       "type": "UserDeleted",
         *       "subject": "3",
         *       "time": "2026-01-06T18:20:00.000Z",
         *       "sequence": "00000000000000000045",
         *       "datacontenttype": "application/json",
         *       "dataschema": "urn:social-network:event:UserDeleted#/properties/data",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "method": "DELETE",
         *       "data": {
         *         "id": 3
         *       }
         *     }
         */
        UserDeleted: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserDeleted";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            /**
             * @description The schema of `data`, in the file contracts/events/user-deleted.json. Absent in events of older releases.
             * @constant
             */
            dataschema?: "urn:social-network:event:UserDeleted#/properties/data";
            traceparent?: components["schemas"]["EventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            /** @constant */
            method: "DELETE";
            data: components["schemas"]["DeletedUser"];
        };
        /**
         * @description The id of a deleted user.
         * @example {
         *       "id": 3
         *     }
         */
        DeletedUser: {
            id: components["schemas"]["Id"];
        };
        /** @description A change of a user (CloudEvents 1.0). More types may be added; consumers skip unknown types. */
        UserEvent: components["schemas"]["UserCreated"] | components["schemas"]["UserUpdated"] | components["schemas"]["UserDeleted"];
        /**
         * @description Events ordered by offset, oldest first.
         * @example []
         */
        UserEventBatch: components["schemas"]["UserEvent"][];
        /**
         * @description A session has ended (CloudEvents 1.0).
         * @example {
         *       "specversion": "1.0",
         *       "id": "17",
         *       "source": "urn:social-network:identity",
         *       "type": "SessionEnded",
         *       "subject": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11",
         *       "time": "2026-01-05T09:30:00.000Z",
         *       "sequence": "00000000000000000017",
         *       "datacontenttype": "application/json",
         *       "data": {
         *         "id": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11",
         *         "tokensExpireAt": "2026-01-05T09:36:00.000Z"
         *       }
         *     }
         */
        SessionEnded: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /** @constant */
            type: "SessionEnded";
            subject: components["schemas"]["SessionId"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            data: components["schemas"]["EndedSession"];
        };
        /**
         * @description A session whose access tokens are not valid any more.
         * @example {
         *       "id": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11",
         *       "tokensExpireAt": "2026-01-05T09:36:00.000Z"
         *     }
         */
        EndedSession: {
            id: components["schemas"]["SessionId"];
            /** @description By then, all its access tokens have expired, so that nobody needs to know the session any more. */
            tokensExpireAt: components["schemas"]["Timestamp"];
        };
        /**
         * @description Events ordered by offset, oldest first.
         * @example []
         */
        SessionEndedBatch: components["schemas"]["SessionEnded"][];
        /**
         * @description A description of the error (RFC 9457). `type` is for programs, `detail` is for people.
         * @example {
         *       "type": "urn:social-network:problem:not-found",
         *       "title": "Not found",
         *       "status": 404,
         *       "detail": "There is no user 999.",
         *       "instance": "/api/users/999",
         *       "requestId": "9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d"
         *     }
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description The path of the request without its query, cut after 500 characters. */
            instance: string;
            /** @description The same as the header X-Request-Id. */
            requestId: string;
            /** @description For `invalid-request`, the faults of the request; for `conflict`, the fields whose values are taken. */
            errors?: components["schemas"]["InputFault"][];
        };
        /**
         * @example {
         *       "pointer": "/query/limit",
         *       "detail": "expected a whole number from 1 to 100"
         *     }
         */
        InputFault: {
            /** @description The place of the fault: a JSON pointer (RFC 6901) that starts with /path, /query, /body or /header. */
            pointer: string;
            detail: string;
        };
    };
    responses: {
        /** @description The client's stored answer is still current. There is no body. */
        NotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The client's stored answer is still current. There is no body. */
        PrivateNotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Private"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request has an invalid id, list, page, header or body, an unknown or repeated query parameter, or an unknown field. */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description There is no session, or it is not valid. Operations on the account and its sessions refuse the access tokens of a session as soon as it has ended. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description There is no user with this name or e-mail, or the password is wrong; the answer does not say which. */
        LoginFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description The current password is wrong. */
        WrongPassword: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The resource or the path does not exist. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:not-found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description The path does not support this method; `Allow` lists the methods that it supports. OPTIONS always works and answers 204 with `Allow`. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:method-not-allowed";
                    /** @constant */
                    status?: 405;
                };
            };
        };
        /** @description Another user has this name or e-mail; `errors` says which. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:conflict";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The resource has changed since the version that If-Match names. Nothing was written. */
        Outdated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:precondition-failed";
                    /** @constant */
                    status?: 412;
                };
            };
        };
        /** @description The body is larger than 64 KiB. */
        TooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:content-too-large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description The body is not `application/json`. */
        NotJson: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unsupported-media-type";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description Too many attempts with a wrong password, registrations, or changes of the name or the e-mail. The client can try again after Retry-After. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:too-many-requests";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description The request arrived too slowly. The server answers before it has read the request, so the usual headers are missing. */
        RequestTimeout: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description The request line and the headers together are too large. The server answers before it has read the request, so the usual headers are missing. */
        HeadersTooLarge: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /** @description A fault of this service. The answer gives no internal details. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description The service is overloaded or not ready (its database does not answer). The client can try again after Retry-After. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:overloaded" | "urn:social-network:problem:not-ready";
                    /** @constant */
                    status?: 503;
                };
            };
        };
    };
    parameters: {
        /**
         * @description The id of the user.
         * @example 1
         */
        Id: components["schemas"]["Id"];
        /**
         * @description What an earlier log-in or registration of this user returned in the same header. Attempts of this device are then counted apart from those of others, who cannot lock it out. A token that is unknown or outdated is ignored.
         * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
         */
        DeviceToken: string;
        /**
         * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        IfMatch: string;
        /**
         * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        IfNoneMatch: string;
        /**
         * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        RequestId: string;
        /**
         * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        TraceParent: string;
        /**
         * @description 1 to 100 ids, separated by commas. Duplicate ids are ignored.
         * @example [
         *       2,
         *       1
         *     ]
         */
        Ids: components["schemas"]["Id"][];
        /**
         * @description The beginning of the name, in any case.
         * @example cat
         */
        NamePrefix: components["schemas"]["Username"];
        /**
         * @description The name of the user, in any case.
         * @example Cat_Sun_Dog
         */
        Name: components["schemas"]["Username"];
        /**
         * @description The largest number of items in the page.
         * @example 20
         */
        Limit: number;
        /**
         * @description The `nextCursor` of the previous page. Opaque; it stays valid while new users register.
         * @example eyJpIjo1fQ
         */
        Cursor: components["schemas"]["Cursor"];
        /**
         * @description The id of the session.
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
         */
        SessionId: components["schemas"]["SessionId"];
        /**
         * @description The answer contains the events after this offset. 0 or no value means from the beginning; `latest` means after the newest event, so the answer has no events yet. An offset beyond the newest event is a 400, because it belongs to another log.
         * @example 42
         */
        LastEventId: string;
        /**
         * @description The milliseconds to wait for an event if there is none (long polling). The answer is sent as soon as there are events.
         * @example 5000
         */
        Timeout: number;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The id of this request: the client's own if it is well-formed, otherwise a new one. Every log line about the request contains it.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        "X-Request-Id": string;
        /**
         * @description W3C Trace Context: the request's trace if it is well-formed, otherwise a new one. The span is always new.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        traceparent: string;
        /**
         * @description Tells browsers to trust Content-Type.
         * @example nosniff
         */
        "X-Content-Type-Options": "nosniff";
        /**
         * @description The validator of this answer, for If-None-Match and If-Match (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        ETag: string;
        /**
         * @description The answer may be stored and must be revalidated before each use.
         * @example public, no-cache
         */
        "Cache-Control": "public, no-cache";
        /**
         * @description The methods that this path supports (RFC 9110).
         * @example GET, HEAD, OPTIONS
         */
        Allow: string;
        /**
         * @description The client should wait this many seconds before it tries again.
         * @example 1
         */
        "Retry-After": number;
        /**
         * @description The answer depends on the caller. Only the client itself may store it, and must revalidate it before each use.
         * @example private, no-cache
         */
        Private: "private, no-cache";
        /**
         * @description The path of the new user.
         * @example /api/users/5
         */
        Location: string;
        /**
         * @description How to authenticate (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description For each limit, the remaining attempts (`r`) and the seconds until the limit is reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10.
         * @example "account";r=3;t=540
         */
        RateLimit: string;
        /**
         * @description For each limit, the remaining attempts (`r`) and the seconds until the limit is reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted.
         * @example "account";r=3;t=540
         */
        "Maybe-RateLimit": string;
        /**
         * @description The limits: `q` attempts in `w` seconds, see draft-ietf-httpapi-ratelimit-headers-10.
         * @example "account";q=10;w=900
         */
        "RateLimit-Policy": string;
        /**
         * @description The limits: `q` attempts in `w` seconds, see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted.
         * @example "account";q=10;w=900
         */
        "Maybe-RateLimit-Policy": string;
        /**
         * @description A token by which this device can log in as this user, although others guess passwords. It is valid until the password changes, and gives access to nothing.
         * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
         */
        "X-Device-Token": string;
        /**
         * @description This answer must not be stored.
         * @example no-store
         */
        "Not-Stored": "no-store";
        /**
         * @description The address of the next events (RFC 8288).
         * @example </api/user-events?lastEventId=42>; rel="next"
         */
        Link: string;
        /**
         * @description The address of the next events (RFC 8288).
         * @example </api/ended-sessions?lastEventId=17>; rel="next"
         */
        "Ended-Link": string;
        /**
         * @description The offset of the newest event; 0 if the log is empty.
         * @example 57
         */
        "Log-Head": number;
        /**
         * @description The `time` of the event at `lastEventId`; absent if the log has no event there any more. A consumer that knows another time of this event has read another log, such as one that was restored from a copy of its database's files.
         * @example 2026-01-05T09:30:00.000Z
         */
        "Log-Time": string;
        /**
         * @description The epochs of the log, oldest first and the current one last. It ends with the `epoch` of the newest event, unless the current epoch has no event yet.
         * @example 4f1c9a22b7d0e853:0
         */
        "Log-Epoch": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /**
                 * @description 1 to 100 ids, separated by commas. Duplicate ids are ignored.
                 * @example [
                 *       2,
                 *       1
                 *     ]
                 */
                ids?: components["parameters"]["Ids"];
                /**
                 * @description The beginning of the name, in any case.
                 * @example cat
                 */
                username?: components["parameters"]["NamePrefix"];
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new users register.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The users. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBatch"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description The user is registered and logged in. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "X-Device-Token": components["headers"]["X-Device-Token"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUserByName: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The name of the user, in any case.
                 * @example Cat_Sun_Dog
                 */
                username: components["parameters"]["Name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. The name may differ in case from the requested one. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What an earlier log-in or registration of this user returned in the same header. Attempts of this device are then counted apart from those of others, who cannot lock it out. A token that is unknown or outdated is ignored.
                 * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
                 */
                "X-Device-Token"?: components["parameters"]["DeviceToken"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description A new session. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "X-Device-Token": components["headers"]["X-Device-Token"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["LoginFailed"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description The session continues with new tokens. The old refresh token is valid until the new one is used. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended, and its refresh token is no longer valid. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description The account and all its sessions are deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["Outdated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeChange"];
            };
        };
        responses: {
            /** @description The changed account. With a new password, there is a new device token. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Device-Token": components["headers"]["X-Device-Token"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Outdated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOwnSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSessions"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteOtherSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller has no other session. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteOwnSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the session.
                 * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
                 */
                id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUserEvents: {
        parameters: {
            query?: {
                /**
                 * @description The answer contains the events after this offset. 0 or no value means from the beginning; `latest` means after the newest event, so the answer has no events yet. An offset beyond the newest event is a 400, because it belongs to another log.
                 * @example 42
                 */
                lastEventId?: components["parameters"]["LastEventId"];
                /**
                 * @description The milliseconds to wait for an event if there is none (long polling). The answer is sent as soon as there are events.
                 * @example 5000
                 */
                timeout?: components["parameters"]["Timeout"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, or an empty list if there are no newer ones. When the service stops, it answers all waiting requests at once. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Link: components["headers"]["Link"];
                    "Log-Head": components["headers"]["Log-Head"];
                    "Log-Epoch": components["headers"]["Log-Epoch"];
                    "Log-Time": components["headers"]["Log-Time"];
                    [name: string]: unknown;
                };
                content: {
                    "application/cloudevents-batch+json": components["schemas"]["UserEventBatch"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEndedSessions: {
        parameters: {
            query?: {
                /**
                 * @description The answer contains the events after this offset. 0 or no value means from the beginning; `latest` means after the newest event, so the answer has no events yet. An offset beyond the newest event is a 400, because it belongs to another log.
                 * @example 42
                 */
                lastEventId?: components["parameters"]["LastEventId"];
                /**
                 * @description The milliseconds to wait for an event if there is none (long polling). The answer is sent as soon as there are events.
                 * @example 5000
                 */
                timeout?: components["parameters"]["Timeout"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, or an empty list if there are no newer ones. When the service stops, it answers all waiting requests at once. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Link: components["headers"]["Ended-Link"];
                    "Log-Head": components["headers"]["Log-Head"];
                    [name: string]: unknown;
                };
                content: {
                    "application/cloudevents-batch+json": components["schemas"]["SessionEndedBatch"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Web Key Set (RFC 7517). It contains a key from before its first token is signed until its last token has expired. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
