CREATE TABLE farms (
  id INTEGER PRIMARY KEY,
  name VARCHAR(40),
  region VARCHAR(20),
  founded_on DATE,
  area_hectares REAL
);

CREATE TABLE workers (
  id INTEGER PRIMARY KEY,
  full_name VARCHAR(40),
  farm_id INTEGER REFERENCES farms(id),
  role VARCHAR(20),
  daily_wage DECIMAL(8,2),
  hired_on DATE,
  birth_date DATE,
  is_seasonal BOOLEAN
);

CREATE TABLE fields (
  id INTEGER PRIMARY KEY,
  farm_id INTEGER REFERENCES farms(id),
  code VARCHAR(10),
  soil_type VARCHAR(20),
  area_hectares REAL,
  is_irrigated BOOLEAN
);

CREATE TABLE crops (
  id INTEGER PRIMARY KEY,
  name VARCHAR(30),
  category VARCHAR(20),
  growing_days INTEGER,
  price_per_ton DECIMAL(8,2)
);

CREATE TABLE plantings (
  id INTEGER PRIMARY KEY,
  field_id INTEGER REFERENCES fields(id),
  crop_id INTEGER REFERENCES crops(id),
  planted_on DATE,
  harvested_on DATE,
  yield_tons REAL,
  status VARCHAR(15)
);

CREATE TABLE animals (
  id INTEGER PRIMARY KEY,
  farm_id INTEGER REFERENCES farms(id),
  species VARCHAR(20),
  tag VARCHAR(20),
  birth_date DATE,
  weight_kg REAL,
  is_vaccinated BOOLEAN
);

CREATE TABLE treatments (
  id INTEGER PRIMARY KEY,
  animal_id INTEGER REFERENCES animals(id),
  vet_name VARCHAR(40),
  treated_at DATETIME,
  cost DECIMAL(8,2),
  kind VARCHAR(20)
);

INSERT INTO farms VALUES
(1, 'Elm Hollow', 'north', '1987-04-01', 140.5),
(2, 'Three Oaks', 'south', '2003-09-12', 62.0),
(3, 'Salt Marsh', 'coast', '1971-03-20', 210.0),
(4, 'High Acre', 'north', '2015-05-05', 35.5);

INSERT INTO workers VALUES
(1, 'Ida Brandt', 1, 'driver', 95, '2010-01-15', '1968-10-01', 0),
(2, 'Paul Weiss', 1, 'picker', 70, '2011-02-15', '1973-11-02', 1),
(3, 'Nora Lind', 1, 'manager', 150, '2012-03-15', '1978-12-03', 0),
(4, 'Tom Hale', 2, 'picker', 68, '2013-04-15', '1983-10-04', 0),
(5, 'Eva Kraus', 2, 'driver', 99, '2014-05-15', '1988-11-05', 1),
(6, 'Luis Prado', 3, 'picker', 72, '2015-06-15', '1993-12-06', 0),
(7, 'Anna Vogel', 3, 'manager', 160, '2016-07-15', '1998-10-07', 0),
(8, 'Karl Beck', 3, 'driver', 101, '2017-08-15', '2003-11-08', 1),
(9, 'Mia Roth', 1, 'picker', 66, '2018-09-15', '2008-12-09', 0);

INSERT INTO fields VALUES
(1, 1, 'F-01', 'clay', 12.5, 1),
(2, 1, 'F-02', 'sand', 30, 0),
(3, 1, 'F-03', 'loam', 8, 1),
(4, 2, 'F-04', 'clay', 22, 0),
(5, 2, 'F-05', 'loam', 15.5, 1),
(6, 3, 'F-06', 'sand', 40, 0),
(7, 3, 'F-07', 'clay', 18, 1);

INSERT INTO crops VALUES
(1, 'wheat', 'grain', 120, 210),
(2, 'maize', 'grain', 100, 190),
(3, 'potato', 'vegetable', 90, 320),
(4, 'carrot', 'vegetable', 75, 410),
(5, 'cherry', 'fruit', 150, 900);

INSERT INTO plantings VALUES
(1, 1, 1, '2024-03-10', '2024-06-20', 4.0, 'harvested'),
(2, 2, 3, '2025-04-11', NULL, NULL, 'growing'),
(3, 3, 1, '2024-05-12', NULL, NULL, 'failed'),
(4, 4, 3, '2024-06-13', '2024-09-23', 15.1, 'harvested'),
(5, 5, 1, '2024-03-14', '2024-06-24', 18.8, 'harvested'),
(6, 6, 3, '2024-04-15', '2024-07-25', 22.5, 'harvested'),
(7, 1, 1, '2025-05-16', NULL, NULL, 'growing'),
(8, 2, 3, '2024-06-17', NULL, NULL, 'failed'),
(9, 3, 1, '2024-03-18', '2024-06-20', 8.6, 'harvested'),
(10, 4, 3, '2025-04-10', '2025-07-21', 12.3, 'harvested'),
(11, 5, 1, '2025-05-11', '2025-08-22', 16.0, 'harvested'),
(12, 6, 3, '2025-06-12', NULL, NULL, 'growing'),
(13, 1, 1, '2025-03-13', NULL, NULL, 'failed'),
(14, 2, 3, '2025-04-14', '2025-07-25', 27.1, 'harvested');

INSERT INTO animals VALUES
(1, 1, 'cow', 'T100', '2019-01-11', 612, 0),
(2, 1, 'sheep', 'T101', '2020-02-11', 58, 1),
(3, 3, 'cow', 'T102', '2021-03-11', 540, 1),
(4, 3, 'goat', 'T103', '2022-04-11', 44, 0),
(5, 3, 'cow', 'T104', '2023-05-11', 498, 1),
(6, 2, 'sheep', 'T105', '2019-06-11', 61, 1),
(7, 2, 'cow', 'T106', '2020-07-11', 655, 0),
(8, 3, 'goat', 'T107', '2021-08-11', 39, 1);

INSERT INTO treatments VALUES
(1, 1, 'Dr Falk', '2025-10-04 08:30:00', 80, 'vaccine'),
(2, 1, 'Dr Ohm', '2025-11-08 09:30:00', 35, 'surgery'),
(3, 3, 'Dr Falk', '2025-10-18 08:30:00', 120, 'checkup'),
(4, 5, 'Dr Falk', '2025-11-19 09:30:00', 60, 'vaccine'),
(5, 7, 'Dr Ohm', '2025-09-21 08:30:00', 240, 'surgery'),
(6, 2, 'Dr Falk', '2025-10-11 09:30:00', 45, 'checkup'),
(7, 3, 'Dr Falk', '2025-11-15 08:30:00', 90, 'vaccine'),
(8, 3, 'Dr Ohm', '2025-08-30 09:30:00', 300, 'surgery'),
(9, 4, 'Dr Falk', '2025-10-06 08:30:00', 55, 'checkup');
