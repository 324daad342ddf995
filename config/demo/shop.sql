-- A small shop: what `make run` asks its questions about.
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  username VARCHAR(64) NOT NULL UNIQUE,
  email VARCHAR(128),
  role VARCHAR(16) NOT NULL,
  is_active BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  last_login TIMESTAMP
);
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  email VARCHAR(128),
  city VARCHAR(64),
  country VARCHAR(64),
  status VARCHAR(16) NOT NULL CHECK (status IN ('active', 'inactive', 'blocked')),
  created_at DATE NOT NULL
);
CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  name VARCHAR(64) NOT NULL
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  category_id INTEGER NOT NULL REFERENCES categories (id),
  price DECIMAL(10, 2) NOT NULL,
  stock INTEGER NOT NULL,
  discontinued BOOLEAN NOT NULL DEFAULT 0
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  order_date DATE NOT NULL,
  status VARCHAR(16) NOT NULL CHECK (status IN ('pending', 'paid', 'shipped', 'cancelled')),
  total_amount DECIMAL(10, 2) NOT NULL,
  shipped_at TIMESTAMP
);
CREATE TABLE order_items (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(10, 2) NOT NULL
);
CREATE TABLE payments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  method VARCHAR(16) NOT NULL,
  revenue DECIMAL(10, 2) NOT NULL,
  paid_at TIMESTAMP NOT NULL
);

INSERT INTO users VALUES
  (1, 'mia', 'mia@example.com', 'admin', 1, '2024-01-08 09:12:00', '2026-11-20 08:01:00'),
  (2, 'noah', 'noah@example.com', 'editor', 1, '2024-03-17 14:40:00', '2026-11-18 16:22:00'),
  (3, 'lena', 'lena@example.com', 'viewer', 0, '2024-07-02 11:05:00', NULL),
  (4, 'omar', NULL, 'viewer', 1, '2025-02-11 10:30:00', '2026-10-30 12:00:00'),
  (5, 'ines', 'ines@example.com', 'editor', 0, '2025-09-25 17:55:00', '2025-12-01 09:00:00');

INSERT INTO customers VALUES
  (1, 'Anna Berger', 'anna.berger@example.com', 'Vienna', 'Austria', 'active', '2024-02-01'),
  (2, 'Bruno Costa', 'bruno.costa@example.com', 'Porto', 'Portugal', 'active', '2024-05-14'),
  (3, 'Chen Wei', 'chen.wei@example.com', 'Shanghai', 'China', 'inactive', '2024-08-30'),
  (4, 'Dara Nolan', NULL, 'Cork', 'Ireland', 'active', '2025-01-19'),
  (5, 'Elif Kaya', 'elif.kaya@example.com', 'Izmir', 'Turkey', 'blocked', '2025-04-03'),
  (6, 'Farid Amin', 'farid.amin@example.com', 'Vienna', 'Austria', 'active', '2025-11-22'),
  (7, 'Grace Odhiambo', 'grace.odhiambo@example.com', 'Nairobi', 'Kenya', 'inactive', '2026-03-09');

INSERT INTO categories VALUES (1, 'Lighting'), (2, 'Kitchen'), (3, 'Office'), (4, 'Garden');

INSERT INTO products VALUES
  (1, 'Desk Lamp', 1, 49.90, 35, 0),
  (2, 'Floor Lamp', 1, 129.00, 8, 0),
  (3, 'Tea Kettle', 2, 39.50, 0, 0),
  (4, 'Chef Knife', 2, 74.00, 21, 0),
  (5, 'Standing Desk', 3, 489.00, 4, 0),
  (6, 'Office Chair', 3, 259.00, 12, 0),
  (7, 'Paper Tray', 3, 14.20, 0, 1),
  (8, 'Watering Can', 4, 22.75, 60, 0);

INSERT INTO orders VALUES
  (1, 1, '2025-03-02', 'shipped', 178.90, '2025-03-04 10:00:00'),
  (2, 2, '2025-06-19', 'shipped', 489.00, '2025-06-23 15:30:00'),
  (3, 1, '2025-10-07', 'cancelled', 74.00, NULL),
  (4, 4, '2026-01-15', 'shipped', 273.20, '2026-01-17 09:20:00'),
  (5, 6, '2026-05-28', 'paid', 79.00, NULL),
  (6, 2, '2026-10-11', 'paid', 748.00, NULL),
  (7, 5, '2026-11-16', 'pending', 22.75, NULL),
  (8, 1, '2026-11-21', 'pending', 129.00, NULL);

INSERT INTO order_items VALUES
  (1, 1, 1, 1, 49.90), (2, 1, 2, 1, 129.00), (3, 2, 5, 1, 489.00), (4, 3, 4, 1, 74.00),
  (5, 4, 6, 1, 259.00), (6, 4, 7, 1, 14.20), (7, 5, 3, 2, 39.50), (8, 6, 5, 1, 489.00),
  (9, 6, 6, 1, 259.00), (10, 7, 8, 1, 22.75), (11, 8, 2, 1, 129.00);

INSERT INTO payments VALUES
  (1, 1, 'card', 178.90, '2025-03-02 12:01:00'),
  (2, 2, 'transfer', 489.00, '2025-06-20 08:15:00'),
  (3, 4, 'card', 273.20, '2026-01-15 19:44:00'),
  (4, 5, 'paypal', 79.00, '2026-05-28 21:10:00'),
  (5, 6, 'card', 748.00, '2026-10-11 07:33:00');
